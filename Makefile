# The front door. Each recipe is short; the work is in CMake and in tests/.
.PHONY: demo test unit cluster cluster-down images tour soak bench format lint

demo:            ## no cluster: build, run examples/flights, show the result
	@cmake/setup.sh build data
	@cmake --preset release >/dev/null && cmake --build --preset release --target weir weirkeeper-runner
	@examples/flights/demo build/release/bin

test:            ## every test; installs what it needs
	@tests/run

unit:            ## the unit tests, warm in a minute
	@tests/run unit

cluster:         ## a real Kubernetes on this machine with the operator installed
	@cmake/setup.sh build && cmake/setup-cluster.sh
	@tests/cluster/product/cluster

cluster-down:    ## ends it
	@tests/cluster/down

images:          ## both images into the running test cluster
	@tests/cluster/product/images

tour:            ## the asserted story on the real cluster
	@tests/cluster/product/tour

bench:           ## the benchmarks of docs/benchmarks.md
	@tests/bench/run

soak:            ## what is longer than CI allows
	@tests/soak

format:          ## clang-format over our sources
	@git ls-files '*.h' '*.cpp' | xargs clang-format-14 -i

lint:            ## formatting, and clang-tidy over what was touched of late; tests/lint --all for everything
	@cmake/setup.sh build lint && tests/lint
