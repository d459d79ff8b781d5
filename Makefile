# Everything a fresh machine needs is made on the way: GNU make and Python are enough.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check bench picture clean

help:
	@echo "make demo              index the manual in docs/ and ask it three questions"
	@echo "make demo DOCS=PATH    the same with any docs folder; Q=\"...\" is the question"
	@echo "make test              run the tests"
	@echo "make check             formatting, lint, types, layers, tests: what CI runs"
	@echo "make bench             measure speed and memory (RAG_TEST_DOCS names the docs)"
	@echo "make picture           draw docs/answer.svg anew, the picture in README.md"
	@echo "make clean             remove .venv and .demo"

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: $(PYTHON) is not there, or is older than Python 3.11" >&2; \
	  echo " hint: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "error: $(PYTHON) comes without venv or pip" >&2; \
	  echo " hint: apt-get install python3-venv (Debian, Ubuntu)" >&2; exit 2; }
	@echo "installing into .venv, once; this takes some minutes"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  -c constraints.txt -e '.[dev]'
	@touch $@

test: $(READY)
	$(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

bench: $(READY)
	@set -e; for script in bench/*.py; do \
	  echo "\$$ python $$script"; $(BIN)/python "$$script"; done

picture: $(READY)
	$(BIN)/python bench/picture/export.py

clean:
	rm -rf .venv .demo

# --- the demo ---

# A question, a follow-up that another page answers, and one that the manual does not.
TOUR := how do I install a language model?
TOUR_2 := and what if it does not answer?
TOUR_3 := can I search with Elasticsearch?

ifdef DOCS
demo: Q ?= how do I get started?
demo: export DEMO_DOCS = $(DOCS)
else
demo: Q ?= $(TOUR)
demo: export DEMO_DOCS = docs
demo: export RAG_BASE_URL = https://askdocs.example/manual/
demo: export RAG_PRODUCT = askdocs
endif
demo: export DEMO_Q = $(Q)

# The demo has a home and a configuration of its own: nobody's index and .env is touched.
# Of the environment it takes the language model, and with DOCS the site's name and address.
# An index that an older version made is made anew. The model is the one that is there, if
# there is one; else the answer is quoted.
demo: $(READY)
	@set -eu; umask 077; \
	for name in $$(env | sed -n 's/^\(RAG_[A-Z0-9_]*\)=.*/\1/p'); do \
	  case $$name in \
	    RAG_OLLAMA_URL|RAG_LLM_*|RAG_BASE_URL|RAG_PRODUCT) ;; *) unset "$$name" ;; \
	  esac; \
	done; \
	home="$(CURDIR)/.demo"; \
	[ "$$DEMO_DOCS" = docs ] || home="$$home/$$(printf %s "$$DEMO_DOCS" | cksum | cut -d' ' -f1)"; \
	mkdir -p "$$home/config/askdocs"; : > "$$home/config/askdocs/.env"; \
	export RAG_HOME="$$home" RAG_EMBEDDING_MODEL=bundled XDG_CONFIG_HOME="$$home/config"; \
	echo "\$$ rag ingest $$DEMO_DOCS"; \
	code=0; $(BIN)/rag ingest "$$DEMO_DOCS" || code=$$?; \
	if [ $$code -eq 6 ]; then code=0; \
	  echo "\$$ rag ingest $$DEMO_DOCS --rebuild"; \
	  $(BIN)/rag ingest "$$DEMO_DOCS" --rebuild || code=$$?; \
	fi; \
	[ $$code -eq 0 ] || [ $$code -eq 3 ] || exit $$code; \
	code=0; echo; \
	if [ "$$DEMO_DOCS" = docs ] && [ "$$DEMO_Q" = "$(TOUR)" ]; then \
	  echo "\$$ rag chat -v"; \
	  printf '%s\n' "$(TOUR)" "$(TOUR_2)" "$(TOUR_3)" | $(BIN)/rag chat -v || code=$$?; \
	else \
	  echo "\$$ rag ask \"$$DEMO_Q\""; $(BIN)/rag ask "$$DEMO_Q" || code=$$?; echo; \
	fi; \
	case $$code in \
	  0) ;; \
	  4|5|7) echo "rag ask ended with exit code $$code; docs/troubleshoot.mdx says what that means" ;; \
	  *) exit $$code ;; \
	esac
