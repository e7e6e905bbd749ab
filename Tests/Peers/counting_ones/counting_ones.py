"""Counting ones, the function of BOHB's and DEHB's papers, and one run's regrets.

f(x) = -(sum of the categorical values + sum of means of Bernoulli draws), a continuous value being the probability that a draw
is 1. The budget is the number of draws for each continuous value. Eight values of each kind, budgets of 9 to 729, eta 3.

The regret of a run is what the incumbent, the configuration with the lowest loss that was seen at the largest budget that
any has reached, is worse by than the optimum without noise, as a share of the dimensions. It is told after the evaluations
that a total budget of BUDGETS times 729 draws allows, each evaluation being counted in full.
"""

import numpy as np

KIND = 8
LEAST, GREATEST, ETA = 9, 729, 3
BUDGETS = [8, 16, 32, 64, 128]


def loss(values, budget, random):
    """The loss seen of 8 categorical values, then 8 probabilities."""
    draws = random.binomial(int(budget), np.clip(values[KIND:], 0, 1)) / int(budget)
    return -(float(np.sum(values[:KIND])) + float(np.sum(draws)))


class Incumbent:
    """Keeps the regret at each of the first `count` of BUDGETS."""

    def __init__(self, count=len(BUDGETS)):
        self.count = count
        self.spent, self.best, self.regret, self.regrets = 0.0, (0, 0.0), 1.0, []

    @property
    def is_over(self):
        return len(self.regrets) == self.count

    def tell(self, values, budget, seen):
        self.spent += budget
        while not self.is_over and self.spent > BUDGETS[len(self.regrets)] * GREATEST:
            self.regrets.append(self.regret)
        if (-budget, seen) < self.best:
            self.best = (-budget, seen)
            self.regret = 1 - float(np.sum(values)) / (2 * KIND)
