from niangjia.cli import main

main()
