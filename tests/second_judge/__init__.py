"""The Discord connector before a second judge: simcord, a model of Discord by others, behind real HTTP and a gateway.

Our own emulator is written by those who wrote the connector: what they misread, both misread. `make second-judge`
installs the pinned model beside the environment and runs these tests; `make test` does without. Read `stage.py` first.
"""
