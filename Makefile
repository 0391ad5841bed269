# Every command a developer needs. `make test` is what the README and .ci/run call.
.PHONY: build test lint gate proof bench fuzz mutants

build:
	cargo build --release --locked

# Tests add to this list what they could not look at; cargo hides what passing tests print.
export LINEFINDER_SKIPPED = $(CURDIR)/target/skipped-tests

test:
	@mkdir -p target && rm -f "$$LINEFINDER_SKIPPED"
	@.ci/packages nats-server postgresql
	@.ci/judges
	cargo test --workspace --locked
	@.ci/skipped

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

# No measure may be worse than scenarios/baseline.json allows, and planted regressions must fail.
gate:
	.ci/gate

# The full experiments; renews docs/proof.md. An hour and more. `.ci/proof PART...` for some of them.
proof:
	.ci/proof

# Coverage-guided fuzzing, a minute a target; needs cargo-fuzz. `.ci/fuzz SECONDS TARGET...` for more.
fuzz:
	.ci/fuzz

# Mistakes made by hand, one at a time: the engine's tests must catch each.
mutants:
	.ci/mutants/run

# Ratios in one run against the bare loop; renews the table printed in docs/performance.md.
bench:
	.ci/bench
