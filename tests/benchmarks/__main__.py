from tests.benchmarks import bench_attachments, bench_deadlines, bench_submissions

for benchmark in (bench_deadlines, bench_submissions, bench_attachments):
    benchmark.main()
