from tests.benchmarks import bench_attachments, bench_deadlines, bench_feedback, bench_lifecycle, bench_mail, bench_submissions, bench_votes

for benchmark in (bench_deadlines, bench_submissions, bench_attachments, bench_feedback, bench_votes, bench_lifecycle, bench_mail):
    benchmark.main()
