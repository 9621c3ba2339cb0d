# Two commands do it all: `make run` and `make test`. Both install what they need into .venv.
PYTHON ?= python3
BIN = .venv/bin
AUDIT = pip-audit==2.10.1

# Keep compiled modules, or every process compiles all of them again at its start.
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test soak load audit failover fuzz format bench help

# PORT=8600, ADDRESS=0.0.0.0 and HOSTS=a,b reach run.py through the environment.
run:
	@$(PYTHON) run.py

test:
	$(PYTHON) install.py --dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist worksteal

# What `make test` does briefly, at length: kills at random, many processes on one file.
soak:
	$(PYTHON) install.py --dev
	ASKWELL_LONG=1 $(BIN)/pytest tests/test_crash.py tests/test_fault_points.py \
		tests/test_many_hands.py

# Twenty people at one server for ten minutes, over 10,000 entries.
load:
	$(PYTHON) install.py --dev
	ASKWELL_LONG=1 $(BIN)/pytest tests/test_load.py -s

# Known weaknesses of what is installed, where the service that knows them can be reached.
audit:
	$(PYTHON) install.py --dev
	$(BIN)/python -m uv tool run $(AUDIT) --disable-pip --no-deps \
		--requirement requirements.txt --requirement requirements-postgres.txt

# Two dashboards with twenty sessions, whose PostgreSQL is killed and taken over from.
failover:
	$(PYTHON) install.py --dev
	ASKWELL_LONG=1 $(BIN)/pytest tests/test_failover.py -s

# A hundred thousand broken files for the importers, and other examples for every general rule.
fuzz:
	$(PYTHON) install.py --dev
	ASKWELL_LONG=1 $(BIN)/pytest -m hypothesis

format:
	$(PYTHON) install.py --dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench:
	$(PYTHON) install.py --dev
	$(BIN)/python -m bench.storage
	$(BIN)/python -m bench.retrieval
	$(BIN)/python -m bench.embedding
	$(BIN)/python -m bench.browser

help:
	@echo "make run      install if needed, start Askwell at http://127.0.0.1:8501"
	@echo "              PORT=8600 another port; ADDRESS=0.0.0.0 for the network;"
	@echo "              HOSTS=a,b the names it is reached by"
	@echo "make test     install if needed, then format, lint, types and every test"
	@echo "make soak     kill writing processes two hundred times; nothing may be lost"
	@echo "make load     twenty people at one server, some with harm in mind; none waits, nothing grows"
	@echo "make audit    look for known weaknesses in the packages that are pinned"
	@echo "make failover kill a PostgreSQL server under two dashboards; nothing may be lost"
	@echo "make fuzz     give the importers a hundred thousand broken files, and try every"
	@echo "              general rule with a thousand examples"
	@echo "make format   format the code"
	@echo "make bench    measure storage, retrieval, embedding and the browser"
