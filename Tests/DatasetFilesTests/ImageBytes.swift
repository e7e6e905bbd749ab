import CImages
import Testing

/// Writes small PNG and JPEG files.
enum ImageBytes {
    /// A PNG of the shape [height, width, channels], with 1 channel (grey), 3 (colours) or 4 (and how opaque they are).
    static func png(_ pixels: [UInt8], height: Int, width: Int, channels: Int) throws -> [UInt8] {
        var image = unsafe png_image()
        unsafe image.version = UInt32(PNG_IMAGE_VERSION)
        unsafe image.width = UInt32(width)
        unsafe image.height = UInt32(height)
        unsafe image.format = channels == 1 ? 0 : channels == 3 ? 2 : 3
        var file = [UInt8](repeating: 0, count: 4096)
        var count = file.count
        let status = unsafe pixels.withUnsafeBytes { pixels in
            unsafe file.withUnsafeMutableBytes {
                unsafe png_image_write_to_memory(&image, $0.baseAddress, &count, 0, pixels.baseAddress, 0, nil)
            }
        }
        try #require(status != 0)
        return Array(file[..<count])
    }

    /// A JPEG of the shape [height, width, channels], with 1 channel (grey), 3 (colours) or 4 (those of print), at the best
    /// quality.
    static func jpeg(_ pixels: [UInt8], height: Int, width: Int, channels: Int) throws -> [UInt8] {
        let coder = try unsafe #require(unsafe tjInitCompress())
        defer { unsafe tjDestroy(coder) }
        var file: UnsafeMutablePointer<UInt8>?
        var count: UInt = 0
        let status = unsafe pixels.withUnsafeBufferPointer { pixels in
            unsafe tjCompress2(
                coder, pixels.baseAddress, Int32(width), 0, Int32(height),
                Int32((channels == 1 ? TJPF_GRAY : channels == 3 ? TJPF_RGB : TJPF_CMYK).rawValue), &file, &count,
                Int32((channels == 1 ? TJSAMP_GRAY : TJSAMP_444).rawValue), 100, 0)
        }
        try #require(status == 0)
        defer { unsafe tjFree(file) }
        return unsafe Array(UnsafeBufferPointer(start: file, count: Int(count)))
    }
}
