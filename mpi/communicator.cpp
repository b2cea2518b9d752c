#include "mpi/communicator.h"

#include <limits>
#include <numeric>

#include "base/check.h"
#include "mpi/datatype.h"
#include "mpi/mpi_error.h"

namespace polyplane::mpi {
namespace {

static_assert(MPI_ANY_SOURCE == Communicator::kAny && MPI_ANY_TAG == Communicator::kAny);

int count_of(std::size_t values) {
  CHECK(values <= std::numeric_limits<int>::max(), std::to_string(values) + " values are too many");
  return static_cast<int>(values);
}

/// `bytes` as MPI counts them.
class Counted {
 public:
  Counted(std::size_t bytes, int most) {
    if (bytes <= static_cast<std::size_t>(most)) {
      count_ = static_cast<int>(bytes);
    } else {
      row_.emplace(Datatype::row(Datatype::of(ElementKind::byte), static_cast<std::int64_t>(bytes), most));
    }
  }
  [[nodiscard]] int count() const { return count_; }
  [[nodiscard]] MPI_Datatype type() const { return row_ ? row_->handle() : MPI_BYTE; }

 private:
  int count_ = 1;
  std::optional<Datatype> row_;  // MPI keeps a type that is given back for as long as messages need it
};

Arrival arrival_of(const MPI_Status& status) {
  MPI_Count bytes = 0;
  check_mpi(MPI_Get_elements_x(&status, MPI_BYTE, &bytes), "MPI_Get_elements_x");
  return {status.MPI_SOURCE, status.MPI_TAG, bytes};
}

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

template <class Value>
Value reduced(MPI_Comm communicator, Value value, MPI_Datatype type, MPI_Op operation) {
  Value result{};
  check_mpi(MPI_Allreduce(&value, &result, 1, type, operation, communicator), "MPI_Allreduce");
  return result;
}

}  // namespace

Communicator Communicator::world(int most) { return {MPI_COMM_WORLD, false, most}; }

Communicator Communicator::duplicate() const {
  MPI_Comm result = MPI_COMM_NULL;
  check_mpi(MPI_Comm_dup(handle_, &result), "MPI_Comm_dup");
  return {result, true, most_};
}

Communicator Communicator::split(int color, int key) const {
  MPI_Comm result = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split(handle_, color, key, &result), "MPI_Comm_split");
  return {result, true, most_};
}

Communicator Communicator::split_nodes() const {
  MPI_Comm result = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(handle_, MPI_COMM_TYPE_SHARED, rank(), MPI_INFO_NULL, &result), "MPI_Comm_split_type");
  return {result, true, most_};
}

Communicator::~Communicator() {
  if (owned_) MPI_Comm_free(&handle_);
}

int Communicator::rank() const {
  int result = 0;
  check_mpi(MPI_Comm_rank(handle_, &result), "MPI_Comm_rank");
  return result;
}

int Communicator::size() const {
  int result = 0;
  check_mpi(MPI_Comm_size(handle_, &result), "MPI_Comm_size");
  return result;
}

int Communicator::max_tag() const {
  int* value = nullptr;
  int found = 0;
  // An attribute of the world, which other communicators need not have.
  check_mpi(MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, static_cast<void*>(&value), &found), "MPI_Comm_get_attr");
  return found != 0 ? *value : 32767;  // what the standard promises at least
}

void Communicator::send(std::span<const std::byte> data, int to, int tag) const {
  const Counted bytes(data.size(), most_);
  check_mpi(MPI_Send(data.data(), bytes.count(), bytes.type(), to, tag, handle_), "MPI_Send");
}

Arrival Communicator::receive(std::span<std::byte> data, int from, int tag) const {
  MPI_Status status;
  const Counted bytes(data.size(), most_);
  check_mpi(MPI_Recv(data.data(), bytes.count(), bytes.type(), from, tag, handle_, &status), "MPI_Recv");
  return arrival_of(status);
}

std::pair<Arrival, std::string> Communicator::receive_text(int from, int tag) const {
  MPI_Status status;
  check_mpi(MPI_Probe(from, tag, handle_, &status), "MPI_Probe");
  Arrival arrival = arrival_of(status);
  std::string text(static_cast<std::size_t>(arrival.bytes), '\0');
  receive(std::as_writable_bytes(std::span(text)), arrival.source, arrival.tag);
  return {arrival, std::move(text)};
}

void Communicator::send_text(const std::string& text, int to, int tag) const { send(bytes_of(text), to, tag); }

std::optional<Arrival> Communicator::probe(int from, int tag) const {
  MPI_Status status;
  int there = 0;
  check_mpi(MPI_Iprobe(from, tag, handle_, &there, &status), "MPI_Iprobe");
  if (there == 0) return std::nullopt;
  return arrival_of(status);
}

std::optional<std::pair<Arrival, std::vector<std::byte>>> Communicator::take_unexpected() const {
  MPI_Status status;
  MPI_Message message = MPI_MESSAGE_NULL;
  int there = 0;
  check_mpi(MPI_Improbe(kAny, kAny, handle_, &there, &message, &status), "MPI_Improbe");
  if (there == 0) return std::nullopt;
  const Arrival arrival = arrival_of(status);
  std::vector<std::byte> data(static_cast<std::size_t>(arrival.bytes));
  const Counted bytes(data.size(), most_);
  check_mpi(MPI_Mrecv(data.data(), bytes.count(), bytes.type(), &message, MPI_STATUS_IGNORE), "MPI_Mrecv");
  return std::pair(arrival, std::move(data));
}

Request Communicator::start_send(std::span<const std::byte> data, int to, int tag) const {
  Request result;
  const Counted bytes(data.size(), most_);
  check_mpi(MPI_Isend(data.data(), bytes.count(), bytes.type(), to, tag, handle_, &result.handle()), "MPI_Isend");
  return result;
}

Request Communicator::start_receive(std::span<std::byte> data, int from, int tag) const {
  Request result;
  const Counted bytes(data.size(), most_);
  check_mpi(MPI_Irecv(data.data(), bytes.count(), bytes.type(), from, tag, handle_, &result.handle()), "MPI_Irecv");
  return result;
}

void Communicator::barrier() const { check_mpi(MPI_Barrier(handle_), "MPI_Barrier"); }

Request Communicator::start_barrier() const {
  Request result;
  check_mpi(MPI_Ibarrier(handle_, &result.handle()), "MPI_Ibarrier");
  return result;
}

double Communicator::max(double value) const { return reduced(handle_, value, MPI_DOUBLE, MPI_MAX); }
double Communicator::min(double value) const { return reduced(handle_, value, MPI_DOUBLE, MPI_MIN); }
std::int64_t Communicator::max(std::int64_t value) const { return reduced(handle_, value, MPI_INT64_T, MPI_MAX); }
std::int64_t Communicator::sum(std::int64_t value) const { return reduced(handle_, value, MPI_INT64_T, MPI_SUM); }

std::vector<double> Communicator::max(std::vector<double> values) const {
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, values.data(), count_of(values.size()), MPI_DOUBLE, MPI_MAX, handle_),
            "MPI_Allreduce");
  return values;
}

std::string Communicator::broadcast(std::string text, int root) const {
  auto size = static_cast<std::int64_t>(text.size());
  check_mpi(MPI_Bcast(&size, 1, MPI_INT64_T, root, handle_), "MPI_Bcast");
  text.resize(static_cast<std::size_t>(size));
  const Counted bytes(text.size(), most_);
  check_mpi(MPI_Bcast(text.data(), bytes.count(), bytes.type(), root, handle_), "MPI_Bcast");
  return text;
}

std::vector<std::string> Communicator::gather(const std::string& text) const {
  const int own = count_of(text.size());
  const auto ranks = static_cast<std::size_t>(size());
  std::vector<int> sizes(is_root() ? ranks : 0), starts(sizes.size());
  check_mpi(MPI_Gather(&own, 1, MPI_INT, sizes.data(), 1, MPI_INT, 0, handle_), "MPI_Gather");
  std::exclusive_scan(sizes.begin(), sizes.end(), starts.begin(), 0);
  std::string all(sizes.empty() ? 0 : static_cast<std::size_t>(starts.back() + sizes.back()), '\0');
  check_mpi(MPI_Gatherv(text.data(), own, MPI_BYTE, all.data(), sizes.data(), starts.data(), MPI_BYTE, 0, handle_),
            "MPI_Gatherv");
  std::vector<std::string> result;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    result.push_back(all.substr(static_cast<std::size_t>(starts[i]), static_cast<std::size_t>(sizes[i])));
  }
  return result;
}

std::vector<double> Communicator::gather(std::span<const double> values) const {
  const int own = count_of(values.size());
  std::vector<double> all(is_root() ? values.size() * static_cast<std::size_t>(size()) : 0);
  check_mpi(MPI_Gather(values.data(), own, MPI_DOUBLE, all.data(), own, MPI_DOUBLE, 0, handle_), "MPI_Gather");
  return all;
}

}  // namespace polyplane::mpi
