from tests.benchmarks import bench_deadlines, bench_submissions

for benchmark in (bench_deadlines, bench_submissions):
    benchmark.main()
