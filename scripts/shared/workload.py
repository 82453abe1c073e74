"""The talk's network and its input, and where the network that learnt digits is kept.

Importing this needs the standard library alone.
"""

import json
from pathlib import Path
from typing import Any

from talk.paths import CACHE

# The talk's model and utterances, as its slides give them: arguments of NeMo's encoder, lengths in samples.
WORKLOAD: dict[str, Any] = json.loads(Path(__file__).with_name("workload.json").read_text(encoding="utf-8"))
# The recogniser of digits that was trained last; a copy lies beside the record of the experiment that trained it.
DIGITS_NETWORK = CACHE / "gradient" / "digits.nemo"
