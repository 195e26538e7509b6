#!/usr/bin/env bash
# Profile architectures with random weights on an accelerator, on the grid of arXiv 2305.02440: 27 prompt sizes
# times 10 output sizes, every size warmed up, each time the median of REPEATS interleaved repeats.
# Needs the extra [transformers] and a CUDA device. A study that is there already is gone on with.
#
#   MODELS="gptj_6b llama-3.1-8b qwen3-8b" REPEATS=10 benchmarks/gpu_profile.sh STUDY [RESULTS.md]
set -euo pipefail

study=${1:?give the folder of the study}
results=${2:-$study/gpu.md}
models=${MODELS:-gptj_6b llama-3.1-8b qwen3-8b}
repeats=${REPEATS:-5}
device=${DEVICE:-cuda:0}
precision=${PRECISION:-F16} # as the paper's profiles
python=${PYTHON:-python3}
prompts=${PROMPTS:-1 16 32 64 128 192 256 320 384 428 472 512 576 640 704 768 832 896 960 1024 1152 1280 1408 1536 1664 1792 1920}
outputs=${OUTPUTS:-1 2 4 8 12 16 24 32 48 64}

cells=
for prompt in $prompts; do
  for output in $outputs; do cells+="${cells:+,}${prompt}x${output}"; done
done

mkdir -p "$study"
for model in $models; do
  "$python" -m isocost measure runtime "transformers:$model" --device "$device" --precision "$precision" \
    --cells "$cells" --repeats "$repeats" --stage "$model" --deployment "$model" --out "$study"
done

{
  echo "# Profiles on an accelerator"
  echo
  echo '```text'
  command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader
  "$python" -c 'import isocost, torch, transformers
print(f"isocost {isocost.__version__}, transformers {transformers.__version__}, torch {torch.__version__}, "
      f"CUDA {torch.version.cuda}")'
  for model in $models; do
    echo
    "$python" -m isocost runtime "$study" --deployment "$model"
  done
  echo '```'
} | tee "$results"
