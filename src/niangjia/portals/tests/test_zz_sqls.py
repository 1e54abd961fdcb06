import re, os, traceback
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from niangjia.apps.accounts.types import Role
from niangjia.portals.tests.test_every_address import PAGES
from niangjia.portals.tests.conftest import *  # noqa
WHICH = os.environ["WHICH"].split()
def test_dump(house, signed_in):
    for one in WHICH:
        name, role = one.split("@")
        client = signed_in(house.viewers[Role(role)])
        parts, allowed = PAGES[name]
        address = reverse(name, args=parts(house))
        client.get(address)
        stacks=[]
        def wrap(execute, sql, params, many, context):
            st=[f"{f.filename.split('niangjia/')[-1]}:{f.lineno}:{f.name}" for f in traceback.extract_stack() if '/niangjia/' in f.filename and 'test_' not in f.filename][-4:]
            stacks.append((re.sub(r'SELECT .*? FROM','SELECT … FROM',sql)[:150],' < '.join(reversed(st))))
            return execute(sql, params, many, context)
        with connection.execute_wrapper(wrap):
            client.get(address)
        print("=====", one, len(stacks))
        for i,(q,s) in enumerate(stacks): print(i, q, "\n      ", s[:260])
