namespace Miwv.Engine.Journal;

internal delegate void RecordReader(JournalRecord record);
