"""Lets the assertions of the scenarios tell what they compared."""

import pytest

pytest.register_assert_rewrite("tests.faults.scenarios", "tests.faults.stage")
