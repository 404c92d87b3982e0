from tests.journeys.door import *
def test_it(door):
    assert door.send(subject()).status_code == 201
def test_it2(door):
    assert door.send(subject()).status_code == 201
