"""The wall: policy -> plan -> clip -> count -> charge -> measure -> reconcile -> card."""
