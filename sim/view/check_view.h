// Does a view that was read hold together? Every index points at something, lists of one table are of one length.
#pragma once

namespace polyplane::v1 {
class View;
}  // namespace polyplane::v1

namespace polyplane::sim {

/// Throws InputError with a sentence about the first thing that is wrong.
void check_view(const v1::View& view);

}  // namespace polyplane::sim
