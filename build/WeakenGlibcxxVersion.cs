// ELF64 little endian; offsets as in the System V ABI and the Linux Standard Base's symbol versioning.
byte[] image = System.IO.File.ReadAllBytes(Library);
System.Func<long, int> u16 = at => System.BitConverter.ToUInt16(image, (int)at);
System.Func<long, uint> u32 = at => System.BitConverter.ToUInt32(image, (int)at);
System.Func<long, long> i64 = at => System.BitConverter.ToInt64(image, (int)at);
System.Func<long, string> text = at =>
{
    int end = System.Array.IndexOf(image, (byte)0, (int)at);
    return System.Text.Encoding.ASCII.GetString(image, (int)at, end - (int)at);
};

if (image.Length < 64 || u32(0) != 0x464C457F || image[4] != 2)
{
    return true;
}

const uint Dynsym = 11, Versym = 0x6fffffff, Verneed = 0x6ffffffe;
long sections = i64(0x28);
int sectionSize = u16(0x3A), sectionCount = u16(0x3C);
long symbols = 0, symbolsSize = 0, names = 0, versions = 0, needs = 0, needNames = 0;
int needCount = 0;
for (int index = 0; index < sectionCount; index++)
{
    long header = sections + (long)index * sectionSize;
    uint type = u32(header + 4);
    long offset = i64(header + 0x18);
    long linked = sections + (long)u32(header + 0x28) * sectionSize;
    if (type == Dynsym) { symbols = offset; symbolsSize = i64(header + 0x20); names = i64(linked + 0x18); }
    if (type == Versym) { versions = offset; }
    if (type == Verneed) { needs = offset; needCount = (int)u32(header + 0x2C); needNames = i64(linked + 0x18); }
}

int version = -1;
for (long need = needs; needCount > 0; needCount--)
{
    long entry = need + u32(need + 8);
    for (int left = u16(need + 2); left > 0; left--)
    {
        if (text(needNames + u32(entry + 8)) == "GLIBCXX_3.4.32" && (u16(entry + 4) & 2) == 0)
        {
            image[entry + 4] |= 2; // VER_FLG_WEAK
            version = u16(entry + 6);
        }

        entry += u32(entry + 12);
    }

    need += u32(need + 12);
}

if (version < 0)
{
    return true;
}

for (long at = 0; at < symbolsSize / 24; at++)
{
    if (u16(versions + 2 * at) == version)
    {
        long name = names + u32(symbols + 24 * at);
        byte[] harmless = System.Text.Encoding.ASCII.GetBytes("getpid");
        int length = text(name).Length;
        System.Array.Clear(image, (int)name, length);
        System.Array.Copy(harmless, 0, image, (int)name, harmless.Length);
        image[versions + 2 * at] = 1; // VER_NDX_GLOBAL
        image[versions + 2 * at + 1] = 0;
    }
}

// A new file, renamed into place: the old one may be a hard link into the package cache, or be in use.
string replacement = Library + ".weakened";
System.IO.File.WriteAllBytes(replacement, image);
System.IO.File.Delete(Library);
System.IO.File.Move(replacement, Library);
Log.LogMessage(Microsoft.Build.Framework.MessageImportance.Normal, "Made GLIBCXX_3.4.32 a weak need of " + Library);
