"""What is said in a file: transcripts made by people or by speech recognition."""

from otio_autoedit.edit.transcript.phrases import filler_words, plain_words, sentences, spoken
from otio_autoedit.edit.transcript.reading import read_transcript
from otio_autoedit.edit.transcript.record import Transcript, Word

__all__ = [
    "Transcript",
    "Word",
    "filler_words",
    "plain_words",
    "read_transcript",
    "sentences",
    "spoken",
]
