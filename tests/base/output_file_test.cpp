#include "base/output_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/error.h"
#include "tests/base/error_of.h"

namespace polyplane {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// Own files only: never a device of the machine, which a fault in what is tested here would replace.
class OutputFiles : public ::testing::Test {
 protected:
  OutputFiles() {
    std::string name = ::testing::TempDir() + "output_file_XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~OutputFiles() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  static void put(const std::string& path, std::string_view text) { std::ofstream(path) << text; }
  static std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void write(const std::string& path, bool overwrite, std::string_view text = "new") {
    OutputFile file(path, overwrite);
    ASSERT_EQ(::write(file.descriptor(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    file.finish();
  }

 private:
  fs::path folder_;
};

TEST_F(OutputFiles, AFileIsThereAtTheEndOrNotAtAll) {
  {
    const OutputFile unfinished(path("a"), false);
    EXPECT_FALSE(fs::exists(path("a")));
  }
  EXPECT_EQ(files(), 0U);
  write(path("a"), false);
  EXPECT_EQ(text_of(path("a")), "new");
  EXPECT_THAT(error_of([&] { write(path("a"), false); }), HasSubstr("exists already; use --force"));
  write(path("a"), true, "newer");
  EXPECT_EQ(text_of(path("a")), "newer");
  EXPECT_EQ(files(), 1U);
}

TEST_F(OutputFiles, AFileThatAppearsMeanwhileIsKept) {
  OutputFile file(path("a"), false);
  put(path("a"), "of another");
  EXPECT_THAT(error_of([&] { file.finish(); }), HasSubstr("exists already"));
  EXPECT_EQ(text_of(path("a")), "of another");
}

TEST_F(OutputFiles, PermissionsOfAnOldFileAreKept) {
  put(path("secret"), "old");
  fs::permissions(path("secret"), fs::perms::owner_read | fs::perms::owner_write);
  write(path("secret"), true);
  EXPECT_EQ(text_of(path("secret")), "new");
  EXPECT_EQ(fs::status(path("secret")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(OutputFiles, ALinkStaysAndWhatItLeadsToIsWritten) {
  fs::create_directory(path("far"));
  put(path("far/target"), "old");
  fs::create_symlink("far/target", path("link"));
  fs::create_symlink("link", path("link-to-link"));
  EXPECT_THAT(error_of([&] { write(path("link-to-link"), false); }), HasSubstr("exists already"));
  write(path("link-to-link"), true);
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_TRUE(fs::is_symlink(path("link-to-link")));
  EXPECT_EQ(text_of(path("far/target")), "new");

  fs::create_symlink("far/not-yet", path("dangling"));
  write(path("dangling"), true);
  EXPECT_TRUE(fs::is_symlink(path("dangling")));
  EXPECT_EQ(text_of(path("far/not-yet")), "new");

  fs::create_symlink("nowhere/x", path("lost"));
  EXPECT_THAT(error_of([&] { write(path("lost"), true); }), HasSubstr("there is no directory"));
}

TEST_F(OutputFiles, APipeGetsTheBytesAndStaysAPipe) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  fs::create_symlink("pipe", path("link"));
  const int reader = ::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  for (const char* name : {"pipe", "link"}) {
    for (const bool overwrite : {false, true}) {
      write(path(name), overwrite);
      char read[8] = {};
      EXPECT_EQ(::read(reader, read, sizeof read), 3);
      EXPECT_STREQ(read, "new");
    }
  }
  ::close(reader);
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(files(), 2U);
}

TEST_F(OutputFiles, ACharacterDeviceGetsTheBytes) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) GTEST_SKIP() << "no pseudo-terminals here: " << std::strerror(errno);
  ASSERT_EQ(::grantpt(terminal), 0);
  ASSERT_EQ(::unlockpt(terminal), 0);
  fs::create_symlink(::ptsname(terminal), path("terminal"));
  const int kept_open = ::open(path("terminal").c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  write(path("terminal"), true, "new\n");
  char read[8] = {};
  EXPECT_EQ(::read(terminal, read, sizeof read), 5);  // a terminal makes \r\n of it
  EXPECT_STREQ(read, "new\r\n");
  EXPECT_TRUE(fs::is_character_file(path("terminal")));
  ::close(kept_open);
  ::close(terminal);
}

TEST_F(OutputFiles, DirectoriesAndSocketsAreRefused) {
  EXPECT_THAT(error_of([&] { write(path(""), true); }), HasSubstr("is a directory"));
  EXPECT_THAT(error_of([&] { write("", true); }), HasSubstr("is empty"));
  EXPECT_THAT(error_of([&] { write(path("none/x"), true); }), HasSubstr("there is no directory"));
  const std::string name = path("socket");
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  ASSERT_LT(name.size(), sizeof address.sun_path);
  std::memcpy(address.sun_path, name.data(), name.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_THAT(error_of([&] { check_output_file(name, true); }), HasSubstr("is a socket"));
  ::close(socket);
  EXPECT_TRUE(fs::is_socket(name));
}

TEST_F(OutputFiles, TheFileOfStandardOutputIsNotReplacedUnderIt) {
  const int before = ::dup(STDOUT_FILENO);
  const int file = ::open(path("out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ::dup2(file, STDOUT_FILENO);
  const std::string error = error_of([&] { check_output_file(path("out"), true); });
  ::dup2(before, STDOUT_FILENO);
  ::close(file);
  ::close(before);
  EXPECT_THAT(error, HasSubstr("is where standard output or error goes"));
}

}  // namespace
}  // namespace polyplane
