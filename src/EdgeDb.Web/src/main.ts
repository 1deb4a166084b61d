import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { locale, useLanguage } from './i18n/language';

await useLanguage(navigator.languages);
document.documentElement.lang = locale;
mount(App, { target: document.getElementById('app')! });
