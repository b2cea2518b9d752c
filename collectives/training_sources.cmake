# Training and inference steps.
set(POLYPLANE_TRAINING
  training/chunk_pieces.cpp
  training/inference_step.cpp
  training/compute_spec.cpp
  training/layer_work.cpp
  training/model_spec.cpp
  training/model_stages.cpp
  training/parallel_layout.cpp
  training/pipeline_schedule.cpp
  training/rank_writer.cpp
  training/step_calls.cpp
  training/step_memory.cpp
  training/training_step.cpp)
