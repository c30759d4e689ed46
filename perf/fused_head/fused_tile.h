// The tiling of the fused head: which thread loads, multiplies and reduces what. Shared by the kernel (fused_head.cu) and by the
// model of it that runs on the CPU (fused_model.cpp), so that the indexing is tested without a card.
#pragma once

#if defined(__CUDACC__)
#define TILE_FN __host__ __device__ constexpr
#else
#define TILE_FN constexpr
#endif

namespace fused {

// A block of 8 warps (2 x 4) makes tiles of 128 rows x 128 ids; k advances by 32 halves, three stages in shared memory.
constexpr int tile_rows = 128, tile_ids = 128, tile_k = 32, threads = 256, stages = 3;
constexpr int warps_across = 4, warp_rows = 64, warp_ids = 32;
constexpr int row_fragments = warp_rows / 16, id_fragments = warp_ids / 8;
constexpr int chunk = 8, chunks_of_row = tile_k / chunk;  // 16 bytes
constexpr int side_elements = tile_rows * tile_k;          // of one operand in one stage
static_assert(tile_rows == tile_ids, "both operands are loaded alike");

// Place of a chunk in shared memory, in elements: swizzled, so that the 8 rows an ldmatrix reads lie in 32 different banks.
TILE_FN int place(int row, int c) { return row * tile_k + (c ^ ((row >> 1) & 3)) * chunk; }

// Chunks that a thread loads of each operand: load_count of them.
constexpr int load_count = side_elements / chunk / threads;
TILE_FN int load_row(int thread, int j) { return (thread + j * threads) / chunks_of_row; }
TILE_FN int load_chunk(int thread, int j) { return (thread + j * threads) % chunks_of_row; }

TILE_FN int warp_first_row(int warp) { return warp / warps_across * warp_rows; }
TILE_FN int warp_first_id(int warp) { return warp % warps_across * warp_ids; }

// The row whose address a lane gives to ldmatrix.x4, and its chunk: A as (rows 0-7, 8-15) x (k 0-7, 8-15), column by column;
// B as (ids 0-7, 8-15) x (k 0-7, 8-15), row by row, which are two fragments of 8 ids.
TILE_FN int a_row(int lane) { return lane % 16; }
TILE_FN int a_chunk(int lane) { return lane / 16; }
TILE_FN int b_row(int lane) { return lane % 8 + lane / 16 * 8; }
TILE_FN int b_chunk(int lane) { return lane / 8 % 2; }

// Where element e of a lane's 16 x 8 accumulator lies.
TILE_FN int c_row(int lane, int e) { return lane / 4 + e / 2 * 8; }
TILE_FN int c_id(int lane, int e) { return lane % 4 * 2 + e % 2; }

}  // namespace fused
