// The message of the InputError that a call throws.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace polyplane {

template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const InputError& error) { return error.what(); }
  ADD_FAILURE() << "no InputError was thrown";
  return "";
}

}  // namespace polyplane
