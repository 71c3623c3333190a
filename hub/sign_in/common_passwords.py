"""Passwords that are refused because attackers try them first."""

from __future__ import annotations

from typing import Final

# Words and rows of keys; passwords of 12 characters and more are often some of them in a row.
_WORDS: Final = """
password passw0rd p@ssw0rd p@ssword katasandi sandi rahasia kunci masuk login signin welcome
selamat datang pagi siang malam admin administrator root user pengguna operator default
simpul spbe smart pemda pemerintah kabupaten provinsi dinas kominfo diskominfo bupati
walikota gubernur kota desa kelurahan kecamatan daerah perangkat opd pemprov pemkab pemkot badan
kantor bagian sekretariat setda sekda inspektorat bappeda bapenda bkd bkpsdm bpkad dpmptsp
kesehatan dinkes pendidikan disdik perhubungan dishub sosial dinsos pertanian kependudukan
disdukcapil dukcapil catatan sipil lingkungan hidup kebudayaan pariwisata perpustakaan arsip
komunikasi informatika statistik persandian aplikasi integrasi layanan publik pelayanan
aparatur negara kepegawaian keuangan aset pajak retribusi satu data nasional digital
puskesmas rsud sekolah koordinator asesor penilai petugas staf pegawai bidang
walikota gubernur jabar jawa barat garut bandung bogor bekasi depok cirebon jakarta
indonesia merdeka nusantara garuda pancasila bhinneka persib
sayang cinta sayangku cintaku iloveyou aku kamu bismillah alhamdulillah allah akbar doa ibu
qwerty qwertyuiop qwertz asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm azerty qazwsx edc rfv
1q2w3e 1q2w3e4r 1q2w3e4r5t q1w2e3r4 zaq1 abc abcd abcdef abcdefgh xyz
test testing tes coba cobacoba demo guest tamu letmein changeme gantisaya secret master
dragon monkey football sunshine princess superman batman trustno correct horse battery staple
123 1234 12345 123456 1234567 12345678 123456789 1234567890 0123456789 0987654321 987654321
111 000 123123 112233 121212 654321 1945 17081945 170845
"""
COMMON_PARTS: Final = frozenset(_WORDS.split())
