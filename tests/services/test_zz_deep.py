from hypothesis import settings as S

import tests.services.test_life_stateful as m

m.HURRIED = S(m.HURRIED, max_examples=250, derandomize=False)
test_whatever_happens_in_whatever_order = m.test_whatever_happens_in_whatever_order
