#include "sim/fit/confidence.h"

#include <array>
#include <cmath>

namespace polyplane::sim {
namespace {

using Matrix = std::vector<std::vector<double>>;

constexpr double kDependent = 1e-9;

/// Inverse by Gauss and Jordan with the largest pivot; none when it is singular to `kDependent` of its diagonal.
std::optional<Matrix> inverse(Matrix a) {
  const std::size_t n = a.size();
  Matrix inverted(n, std::vector<double>(n, 0));
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    inverted[i][i] = 1;
    largest = std::max(largest, std::abs(a[i][i]));
  }
  for (std::size_t column = 0; column < n; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column; row < n; ++row) {
      if (std::abs(a[row][column]) > std::abs(a[pivot][column])) pivot = row;
    }
    if (std::abs(a[pivot][column]) <= kDependent * largest) return std::nullopt;
    std::swap(a[pivot], a[column]);
    std::swap(inverted[pivot], inverted[column]);
    const double scale = a[column][column];
    for (std::size_t k = 0; k < n; ++k) {
      a[column][k] /= scale;
      inverted[column][k] /= scale;
    }
    for (std::size_t row = 0; row < n; ++row) {
      const double factor = a[row][column];
      if (row == column || factor == 0) continue;
      for (std::size_t k = 0; k < n; ++k) {
        a[row][k] -= factor * a[column][k];
        inverted[row][k] -= factor * inverted[column][k];
      }
    }
  }
  return inverted;
}

Matrix normal_matrix(const Matrix& jacobian, const std::vector<std::size_t>& columns) {
  Matrix normal(columns.size(), std::vector<double>(columns.size(), 0));
  for (const std::vector<double>& row : jacobian) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      for (std::size_t j = 0; j < columns.size(); ++j) normal[i][j] += row[columns[i]] * row[columns[j]];
    }
  }
  return normal;
}

}  // namespace

double student_t95(std::size_t degrees_of_freedom) {
  // Tables of the distribution; between them the next lower entry, which is the wider.
  constexpr std::array<double, 31> kFirst = {
      0,     12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
      2.120, 2.110,  2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  if (degrees_of_freedom < kFirst.size()) return kFirst[degrees_of_freedom];
  if (degrees_of_freedom < 40) return kFirst.back();
  if (degrees_of_freedom < 60) return 2.021;
  return degrees_of_freedom < 120 ? 2.000 : 1.980;
}

std::vector<std::optional<double>> half_widths(const Matrix& jacobian, const std::vector<double>& residuals) {
  const std::size_t parameters = jacobian.empty() ? 0 : jacobian.front().size();
  std::vector<std::optional<double>> widths(parameters);
  // Parameters join one after the other, as long as they are independent of those before.
  std::vector<std::size_t> columns;
  std::optional<Matrix> covariance;
  for (std::size_t i = 0; i < parameters; ++i) {
    columns.push_back(i);
    if (auto next = inverse(normal_matrix(jacobian, columns))) {
      covariance = std::move(next);
    } else {
      columns.pop_back();
    }
  }
  if (!covariance || residuals.size() <= columns.size()) return widths;
  double squares = 0;
  for (const double residual : residuals) squares += residual * residual;
  const std::size_t freedom = residuals.size() - columns.size();
  const double variance = squares / static_cast<double>(freedom);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    widths[columns[i]] = student_t95(freedom) * std::sqrt(variance * (*covariance)[i][i]);
  }
  return widths;
}

}  // namespace polyplane::sim
