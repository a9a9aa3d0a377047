# One verb per chore; `make` lists them. Each works alone in a fresh clone: git, make and Python 3.11 or newer suffice.

# What you may want to set, as in: make inference INPUT=study.dcm OUTPUT=corrected
INPUT ?=
OUTPUT ?=
OVERWRITE ?= 0
SEED ?=
ANIMALS ?= 28
DATASET ?= data/cohort
NETWORK ?=
OPTIONS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
READY_FOR_TESTS := $(VENV)/ready-for-tests
CONFIGS := bundle/configs
RUN := $(BIN)/python -m monai.bundle run

# The virtual study that `make inference` and `make reference` show their work on
DEMONSTRATION := data/demonstration
DEMONSTRATION_SEED := 1
STUDY := $(DEMONSTRATION)/sub-001/gate-ed/sub-001_gate-ed

OVERWRITES = $(if $(filter-out 0,$(OVERWRITE)),True,False)
SEEDED = $(if $(SEED),--seed $(SEED))
comma := ,
OVERLAY = $(if $(NETWORK),$(comma)'$(CONFIGS)/networks/$(NETWORK).yaml')

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help inference test simulation reference training evaluation bundle lint bench clean

help:  ## list these verbs
	@sed -nE 's/^([a-z]+):.*  ## (.*)/\1\t\2/p' Makefile | expand -t 13
	@echo 'Variables: INPUT OUTPUT OVERWRITE=1 SEED ANIMALS DATASET NETWORK OPTIONS="--key value" (keys of the configs)'

ifeq ($(INPUT),)
inference: $(READY) $(DEMONSTRATION)/dataset.json  ## correct INPUT (file or folder) into OUTPUT; without INPUT, a virtual study
	$(RUN) inference --config_file $(CONFIGS)/inference.yaml --input $(DEMONSTRATION)/dataset.json \
		--output_dir "$(or $(OUTPUT),output/demonstration)" --overwrite $(if $(OUTPUT),$(OVERWRITES),True) $(OPTIONS)
else
inference: $(READY)
	$(RUN) inference --config_file $(CONFIGS)/inference.yaml --input "$(INPUT)" \
		--output_dir "$(or $(OUTPUT),output/inference)" --overwrite $(OVERWRITES) $(OPTIONS)
endif

reference: $(READY) $(DEMONSTRATION)/dataset.json  ## MLEM and iterative Yang from the virtual study's projections, into OUTPUT
	$(RUN) reference --config_file $(CONFIGS)/reference.yaml --projections $(STUDY)_counts.nii.gz \
		--mu_map $(STUDY)_mu.nii.gz --regions $(STUDY)_regions.nii.gz --background $(STUDY)_scatter.nii.gz \
		--output_dir "$(or $(OUTPUT),output/reference)" --overwrite $(if $(OUTPUT),$(OVERWRITES),True) $(OPTIONS)

simulation: $(READY)  ## make ANIMALS virtual canines in DATASET, drawn from SEED
	$(RUN) simulation --config_file $(CONFIGS)/simulate.yaml --n_animals $(ANIMALS) --output_dir "$(DATASET)" \
		--overwrite $(OVERWRITES) $(SEEDED) $(OPTIONS)

training: $(READY)  ## train on DATASET into OUTPUT; NETWORK=u_net for another network of the paper
	$(RUN) training --config_file "['$(CONFIGS)/train.yaml'$(OVERLAY)]" \
		--dataset_dir "$(DATASET)" --output_dir "$(or $(OUTPUT),output/training)" $(SEEDED) $(OPTIONS)

evaluation: $(READY)  ## correct the test animals of DATASET and compare with iterative Yang
	$(RUN) inference --config_file $(CONFIGS)/inference.yaml --input "$(DATASET)/dataset.json" \
		--output_dir "$(or $(OUTPUT),output/evaluation)/corrected" --overwrite True
	$(RUN) evaluation --config_file $(CONFIGS)/evaluate.yaml --dataset_dir "$(DATASET)" \
		--output_dir "$(or $(OUTPUT),output/evaluation)" $(OPTIONS)

bundle: $(READY)  ## pack the bundle into dist/, to run anywhere
	$(BIN)/python -m monai.bundle ckpt_export --net_id network_def --filepath bundle/models/model.ts \
		--ckpt_file bundle/models/model.pt --meta_file $(CONFIGS)/metadata.json --config_file $(CONFIGS)/inference.yaml
	$(BIN)/python -m tools.pack_bundle

test: $(READY_FOR_TESTS)  ## run all tests, two at a time
	$(BIN)/python -m pytest -n 2 --dist loadfile $(OPTIONS)

lint: $(READY_FOR_TESTS)  ## check style, types and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/typos

bench: $(READY_FOR_TESTS)  ## measure every claim about speed
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

clean:  ## remove the environment and caches; data/ and output/ stay
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find custom tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(DEMONSTRATION)/dataset.json: | $(READY)
	$(RUN) simulation --config_file $(CONFIGS)/simulate.yaml --n_animals 1 --seed $(DEMONSTRATION_SEED) \
		--output_dir $(DEMONSTRATION) --overwrite True

$(READY): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install "$$(grep '^torch==' requirements.txt)"
	$(BIN)/python -m pip install -r requirements.txt
	@touch $@

$(READY_FOR_TESTS): requirements-dev.txt $(READY)
	$(BIN)/python -m pip install -r requirements.txt -r requirements-dev.txt
	@touch $@

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			exec $$python -m venv $(VENV); \
		fi; \
	done; echo 'error: Python 3.11 or newer is needed and none was found; set PYTHON=/path/to/python' >&2; exit 1
