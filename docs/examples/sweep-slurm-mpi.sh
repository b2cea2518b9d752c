#!/bin/bash
# A sweep over the ranks of one job: rank 0 hands out points and writes the one store, 63 ranks run points.
#SBATCH --job-name=sweep
#SBATCH --ntasks=64
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=4G
#SBATCH --time=04:00:00
#SBATCH --signal=TERM@60
set -euo pipefail

exec srun --mpi=pmix polyplane-mpi sweep experiment.textproto \
  --vary cluster=ft2-2048,deepseek-v3-2048 \
  --vary collectives.sizes=1M..1G*2 \
  --vary seed=1..16 \
  --quiet --store "${SLURM_SUBMIT_DIR}/sweep.store"
