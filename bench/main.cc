// ipdl-bench: measures typed actors between two processes against a raw socket in the same run.

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "bench/cases.h"
#include "bench/figures.h"
#include "bench/processor.h"

namespace ipdl::bench {
namespace {

constexpr char kHelp[] =
    "usage: ipdl-bench [--quick] [--json FILE] [--list] [FILTER ...]\n"
    "\n"
    "Measures typed actors between two processes, each case in rounds that alternate with rounds\n"
    "of a raw AF_UNIX stream on the same CPUs. 'same' cases put both processes on one CPU: pure\n"
    "software cost, and the figures to compare. 'cross' cases give each a CPU of its own.\n"
    "\n"
    "  FILTER       measure only cases whose name contains one of these words\n"
    "  --quick      fewer rounds: a minute's check, not a figure to quote\n"
    "  --json FILE  write the figures to FILE as well\n"
    "  --list       print the names of the cases and stop\n"
    "  --help       print this\n";

struct Options {
  bool quick = false;
  bool list = false;
  std::string json;
  std::vector<std::string> filters;
};

bool Chosen(const Case& which, const Options& options) {
  for (const std::string& filter : options.filters) {
    if (which.name.find(filter) != std::string::npos) return true;
  }
  return options.filters.empty();
}

// True: go on; otherwise `*code` is what to exit with.
bool Parse(int argc, char** argv, Options* options, int* code) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--quick") {
      options->quick = true;
    } else if (word == "--list") {
      options->list = true;
    } else if (word == "--help" || word == "-h") {
      fputs(kHelp, stdout);
      return *code = 0, false;
    } else if (word == "--json" && i + 1 < argc) {
      options->json = argv[++i];
    } else if (word.rfind("--json=", 0) == 0) {
      options->json = word.substr(strlen("--json="));
    } else if (word[0] == '-') {
      fprintf(stderr, "ipdl-bench: unknown or incomplete option '%s'; try --help\n", argv[i]);
      return *code = 2, false;
    } else {
      options->filters.push_back(word);
    }
  }
  return true;
}

int Main(int argc, char** argv) {
  Options options;
  int code = 0;
  if (!Parse(argc, argv, &options, &code)) return code;

  std::vector<Case> chosen;
  for (Case& each : AllCases()) {
    if (Chosen(each, options)) chosen.push_back(std::move(each));
  }
  if (chosen.empty()) {
    fprintf(stderr, "ipdl-bench: no case has such a name; --list prints them\n");
    return 1;
  }
  if (options.list) {
    for (const Case& each : chosen) puts(each.name.c_str());
    return 0;
  }
#ifndef NDEBUG
  fprintf(stderr, "ipdl-bench: built with assertions; these figures are not for quoting\n");
#endif
  if (AllowedCpus().size() < 2) {
    fprintf(stderr, "ipdl-bench: only one CPU is allowed; 'cross' figures equal 'same' here\n");
  }

  Effort effort;
  if (options.quick) effort = {.rounds = 10, .bursts = 3, .messages = 50000, .quick = true};
  Figures figures;
  const bool terminal = isatty(STDERR_FILENO) != 0;
  for (size_t i = 0; i < chosen.size(); ++i) {
    if (terminal) {
      fprintf(stderr, "\r\033[K[%zu/%zu] %s", i + 1, chosen.size(), chosen[i].name.c_str());
    }
    chosen[i].run(figures, effort);
  }
  if (terminal) fprintf(stderr, "\r\033[K");
  figures.Print();
  if (!options.json.empty()) {
    const absl::Status written = figures.WriteJson(options.json);
    if (!written.ok()) {
      fprintf(stderr, "ipdl-bench: %s\n", std::string(written.message()).c_str());
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace ipdl::bench

int main(int argc, char** argv) { return ipdl::bench::Main(argc, argv); }
