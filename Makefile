.DEFAULT_GOAL := help
PY := .venv/bin/python
NIANGJIA := .venv/bin/niangjia
export PYTHONDONTWRITEBYTECODE := # tests start hundreds of processes: none compiles again what another has
# Left out where the apps are tested on PostgreSQL too, for the sake of minutes: `make test-postgres` leaves nothing out.
PLAIN := accounts assessments bulletins files places tasks cases/tests/test_case_lifecycle.py contests/tests/test_good_voice.py

help: ## list every command · 列出全部命令
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Python environment and dependencies · 建立环境
	@scripts/setup demo

demo: setup ## the invented city's months, then the console · 演示
	@$(NIANGJIA) demo data/demo

test: ## everything tests need, then all tests, the apps on PostgreSQL too · 全部测试
	@scripts/setup test
	@scripts/with-postgres $(PY) -m pytest -n 2 --dist loadscope --no-loadscope-reorder src/niangjia/apps $(PLAIN:%=--ignore src/niangjia/apps/%)
	@$(PY) -m pytest -n 2 --dist loadscope --no-loadscope-reorder

check: ## what every change must pass: lint, types, import contracts, tests · 全部检查
	@scripts/setup test
	@$(MAKE) --no-print-directory lint types contracts test

lint: ## style of the code · 代码风格
	@.venv/bin/ruff check . && .venv/bin/ruff format --check -q . || (echo "make format 可自动整理 · make format mends most of it"; exit 1)

format: ## let ruff put the code in order · 整理代码
	@.venv/bin/ruff check -q --fix . ; .venv/bin/ruff format -q .

types: ## mypy · 类型检查
	@.venv/bin/mypy

contracts: ## who may import whom · 依赖规则
	@.venv/bin/lint-imports

soak: ## new generated cases, kills, every crash point on SQLite and PostgreSQL, 200 towns · 长时间测试
	@scripts/setup test
	@NIANGJIA_NEW_CASES=1 $(PY) -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m "slow or not slow" src
	@NIANGJIA_NEW_CASES=1 NIANGJIA_KILLS=50 NIANGJIA_ORACLE_SEEDS=200 $(PY) -m pytest -n 2 --dist loadscope --no-loadscope-reorder -rP -m "slow or not slow" tests/faults tests/oracle
	@NIANGJIA_NEW_CASES=1 NIANGJIA_DIFFERENTIAL_PACKS=300 $(PY) -m pytest -n 0 tests/differential

bench: setup ## all benchmarks · 测速
	@$(NIANGJIA) bench sense --persons 1000000
	@$(NIANGJIA) bench dispatch
	@$(PY) benchmarks/decide.py

screens: ## pictures of every page · 页面截图
	@scripts/setup pictures
	@NIANGJIA_SCREENS=1 $(PY) -m pytest -m "slow or not slow" tests/screens -q

serve: ## serve the demo city's console again · 打开演示控制台
	@$(NIANGJIA) serve --data data/demo

lock: ## lock dependencies anew · 锁定依赖
	@scripts/lock

vendor: ## fetch the front end's files from npm packages anew · 更新前端文件
	@scripts/vendor

openapi: ## remake the API's document from the code · 重做接口文档
	@$(PY) manage.py export_openapi_schema --api niangjia.portals.api.urls.api --indent 1 --output docs/reference/openapi.json
	@echo >> docs/reference/openapi.json

test-postgres: ## every test of the apps on PostgreSQL · 数据库全部测试
	@scripts/setup test
	@scripts/with-postgres $(PY) -m pytest -n 2 --dist loadscope --no-loadscope-reorder src/niangjia/apps

tours: ## retake the pictures of the guides by role · 重拍各岗位指南的图片
	@scripts/setup pictures
	@NIANGJIA_TOURS=1 $(PY) -m pytest tests/screens/test_screens.py -q -k fits

pictures: ## remake the pictures of the README from the demo · 重做说明图片
	@scripts/setup pictures
	@NIANGJIA_SCREENS=1 $(PY) scripts/pictures data/demo

.PHONY: help openapi test-postgres pictures setup demo test check lint format types contracts soak bench screens tours serve lock vendor
