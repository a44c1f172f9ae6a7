// A bundle as one file: a ZIP archive in the one form that docs/verification.md gives, so that no byte of it is free.
import { bytes, utf8 } from "./forms.mjs";

const MOST_FILES = 50_000;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;

const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(data) {
  let crc = 0xffffffff;
  for (const byte of data) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Little-endian numbers, each with its width in bytes: `[value, width]`. */
function numbers(...pairs) {
  return Buffer.concat(pairs.map(([value, width]) => {
    const out = Buffer.alloc(width);
    out.writeUIntLE(value, 0, width);
    return out;
  }));
}

/** The archive of these files. */
export function pack(files) {
  const [local, central] = [[], []];
  let offset = 0;
  for (const name of [...files.keys()].sort((a, b) => Buffer.compare(bytes(a), bytes(b)))) {
    const [data, title] = [files.get(name), bytes(name)];
    const isAscii = title.every((byte) => byte < 128);
    // version needed 2.0, flags, stored, 0 o'clock, 1 January 1980, checksum, twice the length, the name's, no extra field
    const shared = numbers([20, 2], [isAscii ? 0 : 0x800, 2], [0, 2], [0, 2], [0x21, 2], [crc32(data), 4],
      [data.length, 4], [data.length, 4], [title.length, 2], [0, 2]);
    local.push(bytes("PK\x03\x04"), shared, title, data);
    // made by 2.0 on Unix; then no comment, first disk, no internal attributes, a plain file of mode 644, its place
    central.push(bytes("PK\x01\x02"), numbers([20, 1], [3, 1]), shared,
      numbers([0, 2], [0, 2], [0, 2], [0o100644 * 0x10000, 4], [offset, 4]), title);
    offset += LOCAL_BYTES + title.length + data.length;
  }
  const directory = Buffer.concat(central);
  const end = numbers([0, 2], [0, 2], [files.size, 2], [files.size, 2], [directory.length, 4], [offset, 4], [0, 2]);
  return Buffer.concat([...local, directory, bytes("PK\x05\x06"), end]);
}

/** The files of an archive that was packed like this; an error for any other. */
export function unpack(archive) {
  const end = archive.length - END_BYTES;
  if (end < 0) throw new Error("this is no archive");
  const count = archive.readUInt16LE(end + 10);
  if (count > MOST_FILES) throw new Error("the archive has too many files");
  const files = new Map();
  let [at, place] = [archive.readUInt32LE(end + 16), 0];
  for (let n = 0; n < count; n++) {
    const [length, title] = [archive.readUInt32LE(at + 24), archive.readUInt16LE(at + 28)];
    const name = utf8(archive.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + title));
    place = archive.readUInt32LE(at + 42) + LOCAL_BYTES + title;
    files.set(name, archive.subarray(place, place + length));
    at += CENTRAL_BYTES + title;
  }
  if (!pack(files).equals(archive)) throw new Error("the archive is not as it was made");
  return files;
}
