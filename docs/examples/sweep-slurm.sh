#!/bin/bash
# A sweep as an array of eight jobs, each a shard with a store of its own; the merge runs when all of them are done:
#   sbatch --dependency=afterany:$(sbatch --parsable sweep-slurm.sh) --wrap "polyplane merge sweep.store.? -o sweep.store"
# A job that is stopped or requeued goes on where it was: the same command skips what its store has.
#SBATCH --job-name=sweep
#SBATCH --array=0-7
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=04:00:00
#SBATCH --signal=TERM@60
#SBATCH --requeue
set -euo pipefail

exec polyplane sweep experiment.textproto \
  --vary cluster=ft2-2048,deepseek-v3-2048 \
  --vary collectives.sizes=1M..1G*2 \
  --vary seed=1..16 \
  --jobs "${SLURM_CPUS_PER_TASK}" --max-memory 16G --quiet \
  --shard "${SLURM_ARRAY_TASK_ID}/8" \
  --store "sweep.store.${SLURM_ARRAY_TASK_ID}"
