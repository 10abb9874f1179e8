// The part of CoreFoundation that Abseil uses to find the local time zone, for cross-compiling.
// Source: Apple's reference pages of CFTimeZone, CFString and CFBase.

#ifndef IPDL_TOOLS_CROSS_MACOS_CFTIMEZONE_H_
#define IPDL_TOOLS_CROSS_MACOS_CFTIMEZONE_H_

typedef const void* CFTypeRef;
typedef const struct __CFString* CFStringRef;
typedef const struct __CFTimeZone* CFTimeZoneRef;
typedef long CFIndex;
typedef unsigned int CFStringEncoding;
typedef unsigned char Boolean;

enum { kCFStringEncodingUTF8 = 0x08000100 };

#ifdef __cplusplus
extern "C" {
#endif

void CFRelease(CFTypeRef object);
CFTimeZoneRef CFTimeZoneCopyDefault(void);
CFStringRef CFTimeZoneGetName(CFTimeZoneRef zone);
CFIndex CFStringGetLength(CFStringRef string);
CFIndex CFStringGetMaximumSizeForEncoding(CFIndex length, CFStringEncoding encoding);
Boolean CFStringGetCString(CFStringRef string, char* buffer, CFIndex size,
                           CFStringEncoding encoding);

#ifdef __cplusplus
}
#endif

#endif  // IPDL_TOOLS_CROSS_MACOS_CFTIMEZONE_H_
