# Every command a developer needs. `make test` is what the README and .ci/run call.
.PHONY: build test lint proof bench

build:
	cargo build --release --locked

test:
	cargo test --workspace --locked

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

# The issue's full figures; renews docs/proof.md. Long.
proof:
	.ci/proof

# Ratios in one run against the bare loop; renews the table printed in docs/performance.md.
bench:
	.ci/bench
