#include "bench/figures.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace ipdl::bench {
namespace {

std::string JsonString(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      absl::StrAppend(&out, "\\", std::string(1, c));
    } else if (byte < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", byte);
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

std::string CpuModel() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string line;
  while (std::getline(cpuinfo, line)) {
    if (line.rfind("model name", 0) == 0) {
      const size_t colon = line.find(": ");
      if (colon != std::string::npos) return line.substr(colon + 2);
    }
  }
  return "unknown";
}

std::string Number(double value) {
  if (value == 0 || !std::isfinite(value)) return "0";
  const double size = std::fabs(value);
  if (size >= 1000) return absl::StrFormat("%.0f", value);
  if (size >= 100) return absl::StrFormat("%.1f", value);
  if (size >= 1) return absl::StrFormat("%.2f", value);
  return absl::StrFormat("%.4f", value);
}

absl::Status FileError(const char* what, const std::string& path) {
  return absl::UnavailableError(absl::StrCat(what, " ", path, ": ", strerror(errno)));
}

}  // namespace

double Quantile(std::vector<double> values, double fraction) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double position = fraction * static_cast<double>(values.size() - 1);
  const auto low = static_cast<size_t>(position);
  const size_t high = std::min(low + 1, values.size() - 1);
  const double part = position - static_cast<double>(low);
  return values[low] * (1 - part) + values[high] * part;
}

double Median(std::vector<double> values) { return Quantile(std::move(values), 0.5); }

void Figures::Add(std::string name, double value, std::string unit) {
  for (const Figure& figure : figures_) {
    if (figure.name == name) return;
  }
  figures_.push_back({std::move(name), value, std::move(unit)});
}

void Figures::Print() const {
  size_t width = 0;
  for (const Figure& figure : figures_) width = std::max(width, figure.name.size());
  for (const Figure& figure : figures_) {
    printf("%-*s  %12s  %s\n", static_cast<int>(width), figure.name.c_str(),
           Number(figure.value).c_str(), figure.unit.c_str());
  }
  fflush(stdout);
}

absl::Status Figures::WriteJson(const std::string& path) const {
  struct utsname system = {};
  uname(&system);
  std::string text = absl::StrCat(
      "{\n  \"machine\": {\"cpu\": ", JsonString(CpuModel()),
      ", \"cpus\": ", sysconf(_SC_NPROCESSORS_ONLN), ", \"kernel\": ", JsonString(system.release),
      ", \"compiler\": ", JsonString(__VERSION__), "},\n  \"figures\": [\n");
  for (size_t i = 0; i < figures_.size(); ++i) {
    const Figure& figure = figures_[i];
    absl::StrAppend(&text, "    {\"name\": ", JsonString(figure.name),
                    ", \"value\": ", absl::StrFormat("%.6g", figure.value),
                    ", \"unit\": ", JsonString(figure.unit), "}",
                    i + 1 < figures_.size() ? ",\n" : "\n");
  }
  text += "  ]\n}\n";

  const std::string temporary = absl::StrCat(path, ".tmp", getpid());
  FILE* file = fopen(temporary.c_str(), "we");
  if (file == nullptr) return FileError("cannot create", temporary);
  const bool written = fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = fclose(file) == 0;
  if (!written || !closed) {
    absl::Status status = FileError("cannot write", path);
    unlink(temporary.c_str());
    return status;
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    absl::Status status = FileError("cannot replace", path);
    unlink(temporary.c_str());
    return status;
  }
  return absl::OkStatus();
}

}  // namespace ipdl::bench
