// A file that a command writes: there as a whole or not at all. Left out: directories, stores of SQLite, standard output.
#pragma once

#include <string>

namespace polyplane {

/// What a path leads to decides how it is written:
///   nothing, a regular file   a temporary file beside it takes its name at the end; an old file's permissions are kept
///   a symbolic link           stays; what it leads to is written, by the other rules
///   a pipe, a terminal or     gets the bytes as they come, whatever `overwrite` says: nothing is lost in it (/dev/null,
///   another character device  /dev/stdout, what a shell makes of >(...)); one without a reader is waited for, as in a shell
///   a directory, a socket     refused
///   or a block device
/// A regular file that is this process's own standard output or error is refused too: it would be replaced under it.
class OutputFile {
 public:
  /// Throws InputError when the path is refused, is there already and `overwrite` is false, or its directory is not
  /// there; RunError when the system does not let it be written.
  OutputFile(std::string path, bool overwrite);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// What was not finished is gone, as far as it went to a temporary file.
  ~OutputFile();

  /// Where to write; closed by the destructor.
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// What was written goes to disk. Throws RunError when the system refuses.
  void flush();
  /// The same, then it takes its name. Throws InputError when another file took it meanwhile and
  /// `overwrite` is false, RunError when the system refuses.
  void finish();
  /// Throws RunError: `path` could not be written, and why (an errno).
  [[noreturn]] void fail(int error) const;

 private:
  std::string path_;    // as given, for messages
  std::string target_;  // behind links
  std::string temporary_;
  bool overwrite_, is_stream_ = false, is_renamed_ = false;
  int descriptor_ = -1;
};

/// The checks of the constructor that throw InputError, alone: nothing is opened.
void check_output_file(const std::string& path, bool overwrite);

}  // namespace polyplane
