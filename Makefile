# One verb per chore; `make` lists them. Each works alone in a fresh clone: git, make and Python 3.11 or newer suffice.

# What you may want to set, as in: make inference INPUT=study.dcm OUTPUT=corrected
INPUT ?=
OUTPUT ?=
OVERWRITE ?= 0
DATASET ?= data/cohort
ANIMALS ?= 28
SEED ?=
NETWORK ?=
WEIGHTS ?=
OPTIONS ?=
STUDIES ?=
BUNDLE ?= bundle
HOST = 127.0.0.1
PORT = 8000

KNOWN := INPUT OUTPUT OVERWRITE DATASET ANIMALS SEED NETWORK WEIGHTS OPTIONS STUDIES BUNDLE HOST PORT PYTHON
GIVEN = $(foreach name,$(.VARIABLES),$(if $(findstring command line,$(origin $(name))),$(name)))
MISTYPED := $(filter-out $(KNOWN) MAKEFLAGS,$(GIVEN))
ifneq ($(MISTYPED),)
$(error variables are some of $(KNOWN), got $(MISTYPED); is one misspelt?)
endif

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
READY_FOR_TESTS := $(VENV)/ready-for-tests
LABEL_APP := integrations/monailabel
LABEL_VENV := .venv-monailabel
LABEL_READY := $(LABEL_VENV)/ready
READY_FOR_DOCS := $(VENV)/ready-for-docs
READY_WITH_OPTIONAL := $(VENV)/ready-with-optional
CONFIGS := bundle/configs
RUN := $(BIN)/python -m monai.bundle run

# The virtual study that `make inference` and `make reference` show their work on; cohorts are not made from its seed
DEMONSTRATION := data/demonstration
DEMONSTRATION_SEED := 0
STUDY := $(DEMONSTRATION)/sub-001/gate-ed/sub-001_gate-ed

# Results that one of these verbs left under its own name are replaced; yours only with OVERWRITE=1
RESULTS = $(or $(OUTPUT),output/$@)
REPLACES_YOURS = $(if $(filter-out 0,$(OVERWRITE)),True,False)
REPLACES = $(if $(OUTPUT),$(REPLACES_YOURS),True)
BEGINS_ANEW = $(if $(filter-out 0,$(OVERWRITE)),--resume False)

comma := ,
CONFIG = $(CONFIGS)/$(1).yaml
WITH_NETWORK = $(if $(NETWORK),"['$(CONFIG)'$(comma)'$(CONFIGS)/networks/$(NETWORK).yaml']",$(CONFIG))
WITH_SEED = $(if $(SEED),--seed $(SEED))
WITH_WEIGHTS = $(if $(WEIGHTS),--weights "$(WEIGHTS)")
# What corrects: WEIGHTS, or those that come with NETWORK
TRAINED = $(or $(WEIGHTS),$(if $(NETWORK),$(wildcard bundle/models/$(NETWORK).pt)))
WITH_TRAINED = $(if $(TRAINED),--weights "$(TRAINED)")

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help inference test simulation description reference rebinning attenuation training comparison deblurring evaluation results export bundle check-bundle docs monailabel integration lint bench clean

help:  ## list these verbs
	@sed -nE 's/^([a-z-]+):.*  ## (.*)/\1\t\2/p' Makefile | expand -t 14
	@echo 'Variables: INPUT OUTPUT OVERWRITE=1 DATASET ANIMALS SEED NETWORK WEIGHTS OPTIONS="--key value" (keys of the configs)'

ifeq ($(INPUT),)
inference: $(READY) $(DEMONSTRATION)/dataset.json  ## correct INPUT (file or folder) into OUTPUT; without INPUT, a virtual study
	$(RUN) inference --config_file $(call WITH_NETWORK,inference) --input $(DEMONSTRATION)/dataset.json \
		--output_dir "$(or $(OUTPUT),output/demonstration)" --overwrite $(REPLACES) $(WITH_TRAINED) $(OPTIONS)
else
inference: $(READY)
	$(RUN) inference --config_file $(call WITH_NETWORK,inference) --input "$(INPUT)" \
		--output_dir "$(RESULTS)" --overwrite $(REPLACES_YOURS) $(WITH_TRAINED) $(OPTIONS)
endif

ifeq ($(INPUT),)
reference: $(READY) $(DEMONSTRATION)/dataset.json  ## MLEM and iterative Yang: of a folder of studies INPUT; without, of a virtual study
	$(RUN) reference --config_file $(CONFIGS)/reference.yaml --projections $(STUDY)_counts.nii.gz \
		--mu_map $(STUDY)_mu.nii.gz --regions $(STUDY)_regions.nii.gz --background $(STUDY)_scatter.nii.gz \
		--output_dir "$(RESULTS)" --overwrite $(REPLACES) $(OPTIONS)
else
reference: $(READY)
	$(RUN) reference --config_file $(CONFIGS)/reference.yaml --projections "$(INPUT)" \
		--output_dir "$(RESULTS)" --overwrite $(REPLACES_YOURS) $(OPTIONS)
endif

simulation: $(READY)  ## make ANIMALS virtual canines in DATASET, drawn from SEED; continues where it was interrupted
	$(RUN) simulation --config_file $(CONFIGS)/simulate.yaml --n_animals $(ANIMALS) --output_dir "$(DATASET)" \
		--overwrite $(REPLACES_YOURS) $(WITH_SEED) $(OPTIONS)

description: $(READY)  ## show and describe the virtual canines of DATASET in pictures and tables
	$(RUN) description --config_file $(CONFIGS)/describe.yaml --dataset_dir "$(DATASET)" \
		--output_dir "$(RESULTS)" --overwrite $(REPLACES) $(OPTIONS)

rebinning: $(READY)  ## count the scan in list mode INPUT into eight gates at end-expiration
	$(RUN) rebinning --config_file $(CONFIGS)/rebin.yaml $(if $(INPUT),--events "$(INPUT)") \
		--output_dir "$(RESULTS)" --overwrite $(REPLACES_YOURS) $(OPTIONS)

attenuation: $(READY)  ## bring the CT in folder INPUT onto the SPECT grid, in HU and as attenuation coefficients
	$(RUN) attenuation --config_file $(CONFIGS)/attenuate.yaml $(if $(INPUT),--ct "$(INPUT)") \
		--output_dir "$(RESULTS)" --overwrite $(REPLACES_YOURS) $(OPTIONS)

training: $(if $(findstring --tracking,$(OPTIONS)),$(READY_WITH_OPTIONAL),$(READY))  ## train on DATASET; NETWORK=unet for another network; continues where it was interrupted, anew with OVERWRITE=1
	$(RUN) training --config_file $(call WITH_NETWORK,train) --dataset_dir "$(DATASET)" \
		--output_dir "$(RESULTS)" $(BEGINS_ANEW) --overwrite $(REPLACES_YOURS) $(WITH_SEED) $(WITH_WEIGHTS) $(OPTIONS)

comparison: $(READY)  ## train all networks by one protocol on DATASET, correct its test animals; continues where it was interrupted
	$(RUN) comparison --config_file $(CONFIGS)/compare.yaml --dataset_dir "$(DATASET)" \
		--output_dir "$(RESULTS)" $(OPTIONS)

deblurring: $(READY)  ## correct the test animals of DATASET by Richardson-Lucy and RBV, for evaluation to compare under the same OUTPUT
	$(RUN) deblurring --config_file $(CONFIGS)/deblur.yaml --dataset_dir "$(DATASET)" \
		--output_dir "$(or $(OUTPUT),output/evaluation)/corrected" --overwrite $(REPLACES) $(OPTIONS)

evaluation: $(READY)  ## correct the test animals of DATASET by NETWORK, compare all of OUTPUT with iterative Yang and with the truth
	$(RUN) inference --config_file $(call WITH_NETWORK,inference) --input "$(DATASET)/dataset.json" \
		--output_dir "$(RESULTS)/corrected/$(or $(NETWORK),network)" --overwrite $(REPLACES) $(WITH_TRAINED) $(OPTIONS)
	$(RUN) evaluation --config_file $(CONFIGS)/evaluate.yaml --dataset_dir "$(DATASET)" \
		--output_dir "$(RESULTS)" --overwrite $(REPLACES) $(OPTIONS)

results: $(READY)  ## make the results page from output/comparison and the cohorts it corrected, of which DATASET is the first
	$(RUN) results --config_file $(CONFIGS)/results.yaml --dataset_dir "$(DATASET)" \
		--output_dir "$(or $(OUTPUT),bundle/docs)" --overwrite $(REPLACES) $(OPTIONS)

export: $(READY_WITH_OPTIONAL)  ## write NETWORK with WEIGHTS as TorchScript, ONNX and safetensors, compared with the network
	$(RUN) export --config_file $(call WITH_NETWORK,export) \
		--output_dir "$(RESULTS)" --overwrite $(REPLACES) $(WITH_TRAINED) $(OPTIONS)

bundle: $(READY)  ## pack the bundle into dist/, to run anywhere
	$(RUN) export --config_file $(CONFIGS)/export.yaml --formats [torchscript] --output_dir bundle/models --overwrite True
	$(BIN)/python -m tools.pack_bundle

check-bundle: $(READY)  ## hold INPUT (a bundle's folder or zip file; without, the packed one) to the Model Zoo's rules
	$(BIN)/python -m tools.check_bundle $(if $(INPUT),"$(INPUT)")

monailabel: $(LABEL_READY)  ## serve the studies in folder STUDIES to viewers by MONAI Label, on HOST and PORT
	PYTHONPATH="$(abspath $(BUNDLE))" $(LABEL_VENV)/bin/python $(LABEL_APP)/serve.py start_server --app $(LABEL_APP) \
		--studies "$(STUDIES)" --host $(HOST) --port $(PORT) $(if $(WEIGHTS),--conf weights "$(WEIGHTS)") $(OPTIONS)

integration: $(READY_FOR_TESTS) $(LABEL_READY)  ## build the environment of MONAI Label and run its tests, which `make test` skips without it
	$(BIN)/python -m pytest tests/integrations $(OPTIONS)

docs: $(READY_FOR_DOCS) data/gallery/dataset.json  ## build the documentation and its gallery into site/
	$(BIN)/python -m docs.gather
	$(BIN)/zensical build --strict --clean

test: $(READY_FOR_TESTS)  ## run all tests, two at a time
	$(BIN)/python -m pytest -n 2 --dist loadfile $(OPTIONS)

lint: $(READY_FOR_TESTS)  ## check style, types and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/typos

bench: $(READY_FOR_TESTS)  ## measure every claim about speed
	@for script in camera losses network inference projection; do \
		echo "== $$script"; $(BIN)/python -m benchmarks.$$script || exit 1; \
	done

clean:  ## remove the environment and caches; data/ and output/ stay
	rm -rf $(VENV) $(LABEL_VENV) dist build site .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find custom tests tools benchmarks docs integrations -name __pycache__ -type d -prune -exec rm -rf {} +

$(DEMONSTRATION)/dataset.json: | $(READY)
	$(RUN) simulation --config_file $(CONFIGS)/simulate.yaml --n_animals 1 --seed $(DEMONSTRATION_SEED) \
		--output_dir $(DEMONSTRATION) --overwrite True

# The two virtual animals of the gallery, which shows iterative Yang itself and needs no label
data/gallery/dataset.json: | $(READY)
	$(RUN) simulation --config_file $(CONFIGS)/simulate.yaml --n_animals 2 --seed $(DEMONSTRATION_SEED) \
		--n_yang_iterations 1 --output_dir data/gallery --overwrite True

$(READY): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install "$$(grep '^torch==' requirements.txt)"
	$(BIN)/python -m pip install -r requirements.txt
	@touch $@

$(READY_FOR_DOCS): requirements-docs.txt $(READY)
	$(BIN)/python -m pip install -r requirements.txt -r requirements-docs.txt -c requirements-dev.txt
	@touch $@

$(READY_WITH_OPTIONAL): requirements-optional.txt $(READY)
	$(BIN)/python -m pip install -r requirements.txt -r requirements-optional.txt
	@touch $@

$(READY_FOR_TESTS): requirements-dev.txt $(READY_FOR_DOCS) $(READY_WITH_OPTIONAL)
	$(BIN)/python -m pip install -r requirements.txt -r requirements-dev.txt
	@touch $@

$(LABEL_READY): requirements.txt $(LABEL_APP)/requirements.txt | $(LABEL_VENV)/bin/python
	$(LABEL_VENV)/bin/python -m pip install "$$(grep '^torch==' requirements.txt)"
	$(LABEL_VENV)/bin/python -m pip install -r requirements.txt
	$(LABEL_VENV)/bin/python -m pip install --no-deps -r $(LABEL_APP)/requirements.txt
	@touch $@

$(BIN)/python $(LABEL_VENV)/bin/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			exec $$python -m venv $(patsubst %/bin/python,%,$@); \
		fi; \
	done; echo 'error: Python 3.11 or newer is needed and none was found; set PYTHON=/path/to/python' >&2; exit 1
