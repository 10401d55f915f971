# `make demo` and `make test` set up one environment, .venv, and share it; `make benchmarks-check`
# has one of its own. Their interpreter is the first of these that is new enough; choose another
# with `make PYTHON=/path/to/python test`.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done)
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

# Processes that the tests are spread over. Each keeps to one thread, or they would fight.
WORKERS ?= 2

# Whether the documentation runs its examples.
GALLERY ?= 1

RUN := .venv/bin/python -m
READY := .venv/ready
# Others' benchmarks bring many packages, so they have an environment of their own.
BENCHMARKS := .venv-benchmarks

.PHONY: demo test doc benchmarks-check help
.DELETE_ON_ERROR:

help:
	@echo "make demo  - set up and run the full pipeline, from EEG files to a report in asgpf_demo/"
	@echo "make test  - set up and run the linters, the type checker and the tests"
	@echo "make doc   - set up and build the documentation in doc/_build/html; GALLERY=0 leaves out"
	@echo "             the examples, DOC_ONLINE=1 links to the documentation of others"
	@echo "make benchmarks-check - set up .venv-benchmarks and run the tests with OpenEEGBench,"
	@echo "             peft and moabb"

demo: $(READY)
	$(RUN) mne_asgpf demo asgpf_demo --overwrite

test: $(READY)
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	OMP_NUM_THREADS=1 $(RUN) pytest -n $(WORKERS) --cov

doc: $(READY)
	OMP_NUM_THREADS=1 $(RUN) sphinx -W --keep-going -q -D plot_gallery=$(GALLERY) doc doc/_build/html

benchmarks-check: $(BENCHMARKS)/ready
	$(BENCHMARKS)/bin/python -W ignore -c "import moabb, open_eeg_bench, peft"
	OMP_NUM_THREADS=1 $(BENCHMARKS)/bin/python -m pytest tests/benchmarks/test_open_eeg_bench.py \
		tests/models/test_peft.py tests/benchmarks/test_moabb.py tests/estimators/test_onnx_file.py

$(READY): GROUP := dev
$(BENCHMARKS)/ready: GROUP := benchmarks

# Written last, so that an interrupted set-up is taken up again.
%/ready: pyproject.toml constraints.txt
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || { echo "error: no Python 3.11 or newer" \
		"(looked for: $(or $(PYTHON),python3)). Remedy: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(@D)/bin/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet "pip>=25.1"
	$(@D)/bin/python -m pip install --constraint constraints.txt --editable . --group $(GROUP)
	@touch $@
