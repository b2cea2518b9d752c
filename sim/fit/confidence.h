// Confidence of a least-squares fit, from its residuals and how they change with each parameter.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace polyplane::sim {

/// Half-widths of the 95 % intervals of parameters: t(n - k) times the root of s^2 (J'J)^-1, s^2 = sum of squares over
/// n - k. `jacobian`: a row each residual. None for a parameter whose column is linearly dependent on the others', and for
/// all when there are no more residuals than parameters.
[[nodiscard]] std::vector<std::optional<double>> half_widths(const std::vector<std::vector<double>>& jacobian,
                                                             const std::vector<double>& residuals);

/// Two-sided 95 % quantile of Student's t.
[[nodiscard]] double student_t95(std::size_t degrees_of_freedom);

}  // namespace polyplane::sim
