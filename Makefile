# Thin names for what CMake, CTest and scripts/ do.
.DEFAULT_GOAL := build
.PHONY: setup setup-dev setup-bench build run test debug tsan determinism bench bench-full soak soak-sweep measure-calibration measure-replay fuzz format lint viz viz-check setup-viz clean help
JOBS ?= $(shell nproc)

help: ## these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## install what is missing to build and test, from the distribution's packages
	@scripts/setup

setup-dev: ## the same, with clang, clang-format and clang-tidy
	@scripts/setup dev

setup-bench: ## the same, with SimGrid to compare with
	@scripts/setup bench

build: setup ## release build: ./build/polyplane
	@cmake --preset default --log-level=WARNING
	@cmake --build --preset default -j $(JOBS)

run: build ## the main job: nccl-tests tables of DeepSeek-V3's 2,048-card cluster
	@scripts/run-main-job

test: build ## all tests on the release build
	@ctest --preset default -j $(JOBS)

debug: setup ## all tests with the address and undefined-behaviour sanitizers
	@cmake --workflow --preset debug

tsan: setup ## all tests with the thread sanitizer
	@cmake --workflow --preset tsan

determinism: setup-dev ## the same bits from gcc and clang, -O0 to -O3, any number of threads
	@scripts/determinism

bench: build ## events, flows and runs a second on this machine; BENCH_FLAGS goes to Google Benchmark
	@./build/tests/bench/bench_polyplane $(BENCH_FLAGS)

bench-full: setup-bench build ## whole runs against their limits and SimGrid; BENCH_FLAGS goes to scripts/bench
	@scripts/bench $(BENCH_FLAGS)

measure-calibration: build ## calibrates this machine on two ranks and says how well it is then predicted; wants a quiet machine
	@scripts/measure-calibration

measure-replay: build ## what recording an MPI program costs, and its replay against its time; wants a quiet machine
	@scripts/measure-replay

soak: build ## random properties at full length: 10,000 graphs and more of most kinds; a few minutes
	@scripts/soak

soak-sweep: build ## kill -9 of a running sweep at 300 random moments: nothing lost, nothing run twice; FLAGS="--kills 1000"
	@scripts/kill-sweep $(FLAGS)

fuzz: setup-dev ## libFuzzer on the readers of real fabrics: 10 million executions each, or FUZZ_RUNS, FUZZ_SECONDS
	@scripts/fuzz $(FORMATS)

format: setup-dev ## clang-format every file
	@git ls-files '*.cpp' '*.h' | xargs clang-format-19 -i

lint: build setup-dev ## format and clang-tidy on what changed; make lint FILES=--all for everything
	@scripts/lint $(FILES)

viz: setup-viz viz/node_modules/.package-lock.json ## rebuild the report page: viz/dist/report.html
	@cd viz && npm run --silent generate && npm run --silent build

viz-check: build setup-viz viz/node_modules/.package-lock.json ## types, tests and the bytes of the report page, and the page in Chromium
	@scripts/viz-check

setup-viz:
	@scripts/setup viz

viz/node_modules/.package-lock.json: viz/package-lock.json
	@cd viz && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json

clean: ## remove every build folder
	@rm -rf build build-*
