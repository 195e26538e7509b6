"""Two raylets on this machine, of which the second is killed when a line comes on standard input."""

import sys


def main() -> None:
    from ray.cluster_utils import Cluster

    cluster = Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 1,
            "include_dashboard": False,
            "object_store_memory": 100 * 2**20,
            "_system_config": {
                "health_check_initial_delay_ms": 1000,
                "health_check_period_ms": 500,
                "health_check_failure_threshold": 3,
            },
        },
    )
    second = cluster.add_node(num_cpus=1, object_store_memory=100 * 2**20)
    sys.stdout.write(f"{cluster.address}\n")
    sys.stdout.flush()
    if sys.stdin.readline():
        cluster.remove_node(second, allow_graceful=False)
        sys.stdout.write("killed\n")
        sys.stdout.flush()
    sys.stdin.readline()
    cluster.shutdown()


if __name__ == "__main__":
    main()
