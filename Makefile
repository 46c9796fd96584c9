# Everything one does with the course, by name; `make help` lists it. Works with GNU make 3.81 (macOS) and later.
# Paths are relative throughout, so that the folder may have any name, spaces and accents included.

VENV = .venv
RUN = $(VENV)/bin/python
# Linear algebra on one thread: small matrices are faster so. `make test-processors` tries what else may differ.
ONE_THREAD = OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 VECLIB_MAXIMUM_THREADS=1
ROOT_FLAG := $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.PHONY: help lab update test types mutants test-processors notebooks check-notebooks map lecture slides class grade browser-test site bench soak audit lock test-newest test-lowest clean

help: ## this list
	@echo "Usage: make TARGET"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile

lab: ## open the course in JupyterLab (options of its own: LAB_FLAGS="--no-browser --port 9999")
	@sh tools/environment.sh lab
	@place="$$($(RUN) -m jupyter --runtime-dir)"; mkdir -p "$$place" 2>/dev/null && [ -w "$$place" ] || { echo >&2 \
		"JupyterLab cannot write to $$place: make that folder yours, or name another home, make lab HOME=/a/folder."; exit 1; }
	@$(ONE_THREAD) $(RUN) -m jupyterlab --ServerApp.ip=localhost --LabApp.app_settings_dir=tools/jupyterlab \
		--ServerApp.kernel_websocket_connection_class=tools.prompt_socket.PromptConnection \
		--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb $(ROOT_FLAG) $(LAB_FLAGS)

update: ## bring a newer course and keep what you typed into the notebooks
	@sh tools/environment.sh lab
	@$(RUN) tools/update.py

test: ## ruff, mypy, pytest and strict nbval over all notebooks
	@sh tools/environment.sh test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	@$(MAKE) --no-print-directory types
	@$(MAKE) --no-print-directory tests-in-place

# The scripts in tools import one another by their own names.
types: ## mypy over library, tools and benchmarks
	$(RUN) -m mypy course_lib benchmarks grading tools/site
	MYPYPATH=tools $(RUN) -m mypy tools/*.py

# The tests in the environment VENV as it stands.
.PHONY: tests-in-place
tests-in-place:
	$(ONE_THREAD) $(RUN) -m pytest -n auto --dist worksteal tests --ignore=tests/browser
	OFFLINE=1 PYTHONPATH=tests/surroundings $(ONE_THREAD) $(RUN) -m pytest -n auto --dist loadfile --nbval --nbval-current-env notebooks

mutants: ## change the library in one place at a time: does a test fail? (SEED=1 N=60 PACKAGES="nn plots")
	@sh tools/environment.sh test
	$(ONE_THREAD) $(RUN) tools/mutants.py --seed $(or $(SEED),1) --number $(or $(N),60) \
		$(if $(PACKAGES),--packages $(PACKAGES))

test-processors: ## the same under rounding jitter, every BLAS kernel, fewer vector instructions (ONLY=jitter, PATHS=notebooks)
	@sh tools/environment.sh test
	@$(ONE_THREAD) $(RUN) tools/processors.py $(ONLY) $(if $(PATHS),--paths $(PATHS))

soak: ## abuse for as long as it takes: storms, random states by the thousand, cells in any order, notebooks run twice
	@sh tools/environment.sh test
	SOAK=$(or $(SOAK),10) $(ONE_THREAD) $(RUN) -m pytest -n auto --dist worksteal -m "soak or not soak" \
		tests/explorers tests/test_cell_order.py tests/test_run_twice.py

audit: ## known weaknesses of the locked dependencies (asks the public database of them)
	@sh tools/environment.sh test
	$(RUN) -m pip install --quiet pip-audit
	$(RUN) -m pip_audit --strict --disable-pip --require-hashes -r requirements/lab.lock

notebooks: ## run all notebooks and store them with their outputs, in the one form git keeps
	@sh tools/environment.sh test
	$(RUN) tools/notebooks.py run

check-notebooks: ## name the notebooks that are not in that form
	@sh tools/environment.sh test
	$(RUN) tools/notebooks.py check

map: ## docs/notes_map.md and docs/corrections.md, from the tags of the cells
	@sh tools/environment.sh test
	$(RUN) tools/notes_map.py

lecture: ## a chapter for the lecture hall: a copy, run already, in large print (CHAPTER=05)
	@sh tools/environment.sh lab
	@$(ONE_THREAD) $(RUN) tools/lecture.py "$(CHAPTER)"

slides: ## decks for the lecture hall into build/slides, from the notebooks as they are stored
	@sh tools/environment.sh test
	@$(ONE_THREAD) $(RUN) tools/slides.py

class: ## a copy of the course for students, without solutions, into build/class
	@sh tools/environment.sh test
	@$(RUN) -m grading.class_copy

grade: ## check what students handed in and write a table (CLASS=folder)
	@sh tools/environment.sh test
	@$(ONE_THREAD) $(RUN) -m grading.grade "$(CLASS)"

browser-test: ## JupyterLab in a real Chromium: Run All, drag, look (CHROMIUM=/path/to/chromium)
	@sh tools/environment.sh test
	@cd tools && ../$(RUN) -c 'import sys, lab_server as lab; lab.chromium() or sys.exit(lab.NO_CHROMIUM)'
	$(ONE_THREAD) $(RUN) -m pytest -n 2 --maxfail=3 tests/browser

site: ## the course as web pages in build/site, explorers moving without a kernel (with the guide: INSTRUCTORS=1)
	@sh tools/environment.sh site
	@$(ONE_THREAD) $(RUN) -m tools.site $(if $(INSTRUCTORS),--instructors) build/site

bench: ## speed beside the usual ways, as ratios (BENCH="training" for one)
	@sh tools/environment.sh test
	$(ONE_THREAD) $(RUN) -m benchmarks $(BENCH)

# One file for Python 3.11 to 3.14 on Linux, macOS and Windows: test.lock has all extras, the others a part of it.
COMPILE = $(RUN) -m uv pip compile pyproject.toml --universal --python-version 3.11 --group build --upgrade --quiet \
	--generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
lock: ## write requirements/*.lock anew with the newest versions that pyproject.toml allows
	@sh tools/environment.sh test
	@$(RUN) -m pip install --quiet --disable-pip-version-check uv
	@$(COMPILE) --all-extras --output-file requirements/test.lock
	@$(COMPILE) --constraints requirements/test.lock --output-file requirements/lab.lock
	@$(COMPILE) --constraints requirements/test.lock --extra site --output-file requirements/site.lock
	@git --no-pager diff --stat -- requirements

test-newest: ## the tests with the newest versions of everything, unlocked
	@sh tools/environment.sh newest
	@$(MAKE) --no-print-directory tests-in-place VENV=.venv-newest

test-lowest: ## the tests with the lowest versions that pyproject.toml allows
	@sh tools/environment.sh lowest
	@$(MAKE) --no-print-directory tests-in-place VENV=.venv-lowest

clean: ## remove the environments and everything that was built
	rm -rf .venv .venv-newest .venv-lowest build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -prune -exec rm -rf {} +
