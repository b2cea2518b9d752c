#include "mpi/on_root.h"

#include "base/error.h"
#include "mpi/mpi_error.h"

namespace polyplane::mpi {

std::string on_root(const Communicator& ranks, const std::function<std::string()>& work) {
  std::string text;  // first what it is, then the text
  if (ranks.is_root()) {
    try {
      text = "+" + work();
    } catch (const MpiError&) { throw; } catch (const InputError& error) {
      text = std::string("i") + error.what();
    } catch (const LimitError& error) { text = std::string("l") + error.what(); } catch (const RunError& error) {
      text = std::string("r") + error.what();
    }
  }
  text = ranks.broadcast(std::move(text));
  const std::string rest = text.substr(1);
  if (text[0] == 'i') throw InputError(rest);
  if (text[0] == 'l') throw LimitError(rest);
  if (text[0] == 'r') throw RunError(rest);
  return rest;
}

}  // namespace polyplane::mpi
