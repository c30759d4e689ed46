// The checks that the CPU and the CUDA gather share.
#pragma once
#include "gather.h"

namespace miwv {

inline int64_t element_size(int32_t dtype) { return dtype == MIWV_F32 ? 4 : 2; }

int32_t check_gather_job(const miwv_gather_job &job);

}  // namespace miwv
