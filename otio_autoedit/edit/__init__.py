"""The deciding: analyses and a recipe become an `EditPlan`. No torch, no media, no OTIO."""
