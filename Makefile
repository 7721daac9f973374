# `make help` lists what there is. Everything here is a short form of a command that can be typed as it stands.

.DEFAULT_GOAL := help
.PHONY: help packages test nightly screenshots bench demo

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

packages: ## check the build tools, and install the Debian packages that the tests use where they are missing
	@tests/install-packages

# A snapshot that differs or is new fails the run and is not written.
test: export INSTA_UPDATE = no
test: packages ## everything that must hold: format, clippy, and all tests
	cargo fmt --all --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo test --locked --no-fail-fast

nightly: export TEGATA_CRASH_CYCLES = 2000
nightly: export PROPTEST_CASES = 4096
nightly: test ## the same with 2,000 crash cycles and more random cases

screenshots: export TEGATA_SCREENSHOTS ?= target/screenshots
screenshots: packages ## a picture of every page, in each language, narrow and wide, light and dark (into target/screenshots)
	cargo test --locked --test browser axe_finds_nothing

bench: ## every figure of docs/performance.md, as one table (a quarter of an hour)
	@tests/install-packages ../benches/packages.txt
	cargo bench --locked --bench figures

demo: ## the whole thing on this machine: scan, claim, install, check
	cargo run --locked --release -- demo
