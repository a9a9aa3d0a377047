"""Virtual canines: anatomy, activity, CT and acquisition."""
