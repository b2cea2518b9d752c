// What the sources of the shipped clusters state, or what follows from them by the arithmetic beside each row.
#pragma once

#include <cstdint>
#include <vector>

namespace polyplane::sim {

inline constexpr std::int64_t kNotStated = -1;

struct ExpectedCounts {
  const char* cluster;
  std::int64_t cards = kNotStated;
  std::int64_t switches = kNotStated;  // scale-out
  std::int64_t links = kNotStated;     // cables between scale-out switches
  std::int64_t scale_up_switches = kNotStated;
  std::int64_t scale_up_links = kNotStated;  // cables
};

inline const std::vector<ExpectedCounts>& expected_counts() {
  static const std::vector<ExpectedCounts> rows = {
      // NVIDIA DGX SuperPOD RA-11333-001 (H100), Table 3: 64 SU have 512 leaves, 512 spines, 256 cores, 16,384 cables
      // leaf to spine and spine to core each; 8 SU have 64 + 32.
      {"dgx-superpod-h100-large", 16384, 1280, 32768, 2048},
      {"dgx-superpod-h100-4su", 1016, 48, 1024, 127},
      {"h100-2048", 2048, 96, 2048, 256},
      // A100 SuperPOD of 7 SU: 56 + 80 + 28; 1,120 cables of 56 leaves and 1,120 of 80 spines.
      {"dgx-superpod-a100", 1120, 164, 2240, 140},
      // DeepSeek, Table 3.
      {"deepseek-v3-2048", 2048, 96, 2048, 256},
      {"mpft-16384", 16384, 768, 16384, 2048},
      {"ft2-2048", 2048, 96, 2048, 256},
      {"ft3-65536", 65536, 5120, 131072, 8192},
      {"dragonfly", 261632, 16352, 384272, 32704},
      // Slim Fly (SC14), q = 19: 2 x 19^2 switches, 29 cables each.
      {"slim-fly", 10830, 722, 722 * 29 / 2, 0},
      // Racks of 72 in one domain each.
      {"dgx-gb200-superpod-su", 576, kNotStated, kNotStated, 8},
      {"nvl72-x32-q3400", 2304, 48, 2304, 32},  // 4 rails x (8 + 4), 8 x 72 cables each
      {"azure-gb300-4608", 4608, kNotStated, kNotStated, 64},
      // Eight pods of 192 racks: 1,536 T0 with 32 up each; 16 T1 a pod with 28 up each and 7 T2 are ours.
      {"meta-24k-roce", 24576, 1536 + 128 + 7, 1536 * 32 + 128 * 28, 3072},
      {"meta-24k-ib", 24576},
      // 120 ToR and 60 aggregation switches a plane, each pair joined once.
      {"alibaba-hpn7-pod", 15360, 360, 14400, 1920},
      // 24 x 8 ToRs; 6 pods of 32 aggregation switches and 32 x 4 cores are ours; 192 x 32 cables a layer.
      {"bytedance-megascale", 12288, 192 + 192 + 128, 2 * 192 * 32, 1536},
      {"xai-colossus", 100000},
      {"tencent-xingmai", 4096},
      {"microsoft-eagle", 14400},
      // 48 nodes x 7 L1, 7 x 16 L2, 5,376 cables between; 384 x 7 into L1. RDMA: a leaf, a spine, 384 cables.
      {"cloudmatrix384", 384, 2, 384, 336 + 112, 5376 + 2688},
      {"cloudmatrix384-x24", 9216, 24 + 12, 9216, 24 * 448, 24 * (5376 + 2688)},
      {"cloudmatrix384-x6", 2304, 6 + 3, 2304, 6 * 448, 6 * (5376 + 2688)},
      {"atlas900-2019", 1024},
      // 24 leaves with 192 up; 2,250 full meshes of 8.
      {"atlas900-a2-supercluster", 18000, 24 + 12, 24 * 192, 0, 2250 * 28},
      // Cabinets of 64, full mesh along both dimensions of 8: 2 x 8 x 28 cables.
      {"atlas950-superpod", 8192, 1, 0, 0, 128 * 448},
      {"atlas960-superpod", 15488, 1, 0, 0, 242 * 448},
      // Tori: as many cables as cards times dimensions.
      {"tpu-v4-pod", 4096, 0, 0, 0, 3 * 4096},
      {"tpu-v5p-pod", 8960, 0, 0, 0, 3 * 8960},
      {"tpu-v6e-pod", 256, 0, 0, 0, 2 * 256},
      {"tpu-v7-pod", 9216, 0, 0, 0, 3 * 9216},
      {"tpu-v5p-2048", 2048, 0, 0, 0, 3 * 2048},
      {"aws-trn2-ultracluster", 16384, kNotStated, kNotStated, 0, 3 * 16384},
      {"trn2-2048", 2048, kNotStated, kNotStated, 0, 2 * 2048},
      {"aws-trn3-gen2", 144},
      // Groups of 32 switches, 496 cables inside; Frontier 74 groups with 4 cables a pair, Aurora 166 with 2.
      {"frontier", 37632, 74 * 32, 74 * 496 + 4 * 74 * 73 / 2},
      {"aurora", 63744, 166 * 32, 166 * 496 + 2 * 166 * 165 / 2},
      {"el-capitan", 44544, 87 * 32, 87 * 496 + 4 * 87 * 86 / 2},
      {"gaudi3-reference", 8192, kNotStated, kNotStated, 0, 1024 * 28},
      {"moorethreads-kuae", 1000, kNotStated, kNotStated, 0, 250 * 6},
      {"cn-unicom-sanjiangyuan", 22832 - 1024},  // all but Zhonghao Xinying
      {"kunlun-p800-32k", 30016, kNotStated, kNotStated, 938},
      // 33 nodes of 8, 28 cables inside, one cable between any two.
      {"groq-264", 264, 0, 0, 0, 33 * 28 + 33 * 32 / 2},
      {"cerebras-cg1", 64, 12, 0},
      {"graphcore-pod64", 64, 0, 0, 0},
      // 50 x 60 without wrap-around: 49 x 60 + 50 x 59.
      {"dojo-exapod", 3000, 0, 0, 0, 49 * 60 + 50 * 59},
      // Two planes of 4,688 leaves; spines and super-spines of whole pods, see the file.
      {"generic-300k-ocp", 300000, 2 * (4688 + 74 * 64 + 2368), 2 * (4688 * 64 + 74 * 64 * 64), 37500},
      {"mi300x-2048", 2048, 32 + 16, 32 * 64, 0, 256 * 28},
      {"gb200-nvl72-2304", 2304, 4 * (32 + 9), 4 * 32 * 18, 32},
      {"gaudi3-2048", 2048, 48 + 32, 48 * 32, 0, 256 * 28},
  };
  return rows;
}

}  // namespace polyplane::sim
